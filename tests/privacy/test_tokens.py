"""A token fits what it was given for, for an hour, under every key that is in use; anything else is refused by name."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Rejected
from privacy.tokens import GOOD_FOR, Tokens
from vault.index import BlindIndex

NOW = datetime(2026, 11, 28, 12, 0, 0)
SECOND = timedelta(seconds=1)
OLD, NEW = (1, bytes(32)), (2, bytes(range(32)))
WORDS = ("someone", "photos", "case", "{}")


def tokens(*keys: tuple[int, bytes], use: str = "erase") -> Tokens:
    return Tokens(BlindIndex(list(keys or (OLD,))), use=use)


def why(made: Tokens, token: str, *parts: str, now: datetime = NOW) -> str:
    """The code it is refused with; empty where it is good."""
    try:
        made.demand(now, token, *parts)
    except Rejected as error:
        return error.code
    return ""


def test_it_is_good_for_an_hour() -> None:
    token = tokens().give(NOW, *WORDS)
    assert why(tokens(), token, *WORDS) == ""
    assert why(tokens(), f" {token.upper()}\n", *WORDS) == "", "as it may be typed"
    assert why(tokens(), token, *WORDS, now=NOW + GOOD_FOR - SECOND) == ""
    assert why(tokens(), token, *WORDS, now=NOW + GOOD_FOR) == "token.late"


@pytest.mark.parametrize("at", range(len(WORDS)))
def test_it_fits_nothing_else(at: int) -> None:
    token = tokens().give(NOW, *WORDS)
    others = [*WORDS[:at], WORDS[at] + "x", *WORDS[at + 1 :]]
    assert why(tokens(), token, *others) == "token.other"
    assert why(tokens(), token, *WORDS[:at], *WORDS[at + 1 :]) == "token.other"
    assert why(tokens(use="else"), token, *WORDS) == "token.other"
    assert why(tokens(NEW), token, *WORDS) == "token.other"


def test_it_outlives_a_new_key() -> None:
    assert why(tokens(NEW, OLD), tokens(OLD).give(NOW, *WORDS), *WORDS) == ""


def test_its_end_cannot_be_put_off() -> None:
    token = tokens().give(NOW, *WORDS)
    later = f"{int(token[:8], 16) + 3600:08x}{token[8:]}"
    assert why(tokens(), later, *WORDS) == "token.other"


@given(st.text(max_size=60))
def test_whatever_else_is_typed_is_refused(text: str) -> None:
    assert why(tokens(), text, *WORDS) in ("token.unclear", "token.other")


def test_it_holds_nothing_of_what_it_was_given_for() -> None:
    token = tokens().give(NOW, *WORDS)
    assert [word for word in WORDS if word in token] == []
    assert token != tokens().give(NOW, "somebody else", *WORDS[1:])
