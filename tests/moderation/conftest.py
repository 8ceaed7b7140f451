"""The compiled rules and the phrasings they are held against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from moderation.check import PromptRules

Phrasing = dict[str, Any]


@pytest.fixture(scope="session")
def rules() -> PromptRules:
    return PromptRules.load()


@pytest.fixture(scope="session")
def phrasings() -> list[Phrasing]:
    return _lines("phrasings.jsonl")


@pytest.fixture(scope="session")
def held_out() -> list[Phrasing]:
    """Written in rounds, each while the rules stood still; see the figures in test_prompts.py."""
    return _lines("held_out.jsonl")


def _lines(name: str) -> list[Phrasing]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
