"""The gate names whatever the register lacks, on each of its surfaces; what we ship lacks nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from peewee import TextField

from config import Settings
from database import Database
from models import TABLES, Base, Sealed, about, plain
from policy.terms import NotPersonal
from privacy.gate import (
    Surfaces,
    undeclared,
    undeclared_columns,
    undeclared_in_schema,
    unknown_keys,
    unknown_objects,
)
from vault.folder import FolderStore
from workers.actors import declare
from workers.broker import MESSAGE_ARGUMENTS, connect, make_broker
from workers.startup import surfaces

HARMLESS = NotPersonal(reason="a count")


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.mark.proves("P2.8")
def test_what_this_release_declares_is_complete(settings: Settings) -> None:
    assert undeclared(surfaces(settings)) == []


@pytest.mark.proves("P2.8")
@pytest.mark.parametrize("said", [None, "", "no such category", NotPersonal(reason=" ")])
@pytest.mark.parametrize(
    ("surface", "sentence"), [("redis_keys", "Redis key new:*"), ("message_arguments", "message argument new:*")]
)
def test_an_undeclared_key_or_argument_is_named(settings: Settings, surface: str, sentence: str, said: Any) -> None:
    outside: dict[str, Any] = {"redis_keys": {"known": "account"}, "message_arguments": {"work": HARMLESS}}
    outside["metric_labels"] = {"kind": "from a fixed list"}
    outside[surface]["new:*"] = said
    assert undeclared(Surfaces(settings=settings, **outside)) == [sentence]


@pytest.mark.proves("P2.8")
def test_a_label_of_a_figure_that_nobody_may_tell_is_named(settings: Settings) -> None:
    labels = {"kind": "from a fixed list", "person": ""}
    outside = Surfaces(settings=settings, redis_keys={}, message_arguments={}, metric_labels=labels)
    assert undeclared(outside) == ["label of a figure person"]


@pytest.mark.proves("P2.8")
@pytest.mark.parametrize("setting", ["telegram_api_url", "gemini_api_url", "aws_endpoint_url_s3"])
def test_an_undeclared_host_is_named(make_settings: Callable[..., Settings], setting: str) -> None:
    settings = make_settings(**{setting.upper(): "https://collector.elsewhere.net"})
    found = undeclared(Surfaces(settings=settings, redis_keys={}, message_arguments={}, metric_labels={}))
    assert found == [f"host collector.elsewhere.net ({setting.upper()})"]


@pytest.mark.proves("P2.8")
def test_a_host_that_only_looks_declared_is_named(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(TELEGRAM_API_URL="https://api.telegram.org.elsewhere.net")
    assert len(undeclared(Surfaces(settings=settings, redis_keys={}, message_arguments={}, metric_labels={}))) == 1


@pytest.mark.proves("P2.8")
def test_a_column_without_a_category_or_a_reason_is_named() -> None:
    class Diary(Base):
        id = plain(TextField(primary_key=True), "random number of the row")
        words = Sealed("prompts", key="account")
        mood = TextField()
        colour = about(TextField(), "moods")
        weather = plain(TextField(), "  ")

        class Meta:
            table_name = "diary"

    assert undeclared_columns([Diary]) == ["column diary.mood", "column diary.colour", "column diary.weather"]
    assert undeclared_columns(TABLES) == []


@pytest.mark.proves("P2.8")
def test_the_live_schema_holds_nothing_that_the_models_do_not_declare(database: Database) -> None:
    def live() -> dict[str, set[str]]:
        with database.connection():
            tables = set(database.raw.get_tables()) - {"schema_migration"}
            return {table: {column.name for column in database.raw.get_columns(table)} for table in tables}

    assert undeclared_in_schema(live()) == []
    with database.unit():
        database.rows("ALTER TABLE account ADD COLUMN phone TEXT")
        database.rows("CREATE TABLE diary (words TEXT)")
    assert undeclared_in_schema(live()) == ["column account.phone", "column diary.words"]


@pytest.mark.proves("P2.8")
def test_objects_under_an_undeclared_prefix_are_named(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "objects")
    for name in ("photo/ab/abc", "result/ab/abc", "erasures/ab/abc", "exports/ab/abc", "exports/cd/cde"):
        store.put(name, BytesIO(b"x"), 1)
    assert unknown_objects(store.names()) == ["exports"]


@pytest.mark.proves("P2.8")
def test_an_actor_takes_no_argument_that_is_not_declared() -> None:
    broker = make_broker(connect("redis://127.0.0.1:1/0"))
    declare(broker, run=lambda _: True, rounds={})
    taken = {name for actor in broker.actors.values() for name in inspect.signature(actor.fn).parameters}
    assert len(broker.actors) > 10
    assert taken == MESSAGE_ARGUMENTS.keys()


def test_what_a_process_declares_beside_the_bell_is_looked_at_too(settings: Settings) -> None:
    assert undeclared(surfaces(settings, redis_keys={"visitors:*": "ip_hash"})) == []
    assert undeclared(surfaces(settings, redis_keys={"visitors:*": "visitors"})) == ["Redis key visitors:*"]


def test_live_keys_that_fit_no_declared_pattern_are_named_without_what_varies_in_them() -> None:
    declared = {"bell:*": HARMLESS, "bell": HARMLESS}
    found = unknown_keys(["bell", "bell:generation.msgs", "bells", "seen:203.0.113.77", "by:0a1b2c3d4e5f"], declared)
    assert found == ["bells", "by:…", "seen:….….….…"]
