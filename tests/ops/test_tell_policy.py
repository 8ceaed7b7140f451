"""The verb that says how far the telling of a new policy is, as ops run it."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from config import Settings
from consent.accounts import Identity
from consent.renewal import before, news
from models import Telling
from tests.ops.shell import ops
from workers.assembly import assemble


@pytest.mark.proves("P13.1")
def test_it_counts_who_was_told_who_waits_and_who_could_not_be_reached_and_why(
    make_settings: Callable[..., Settings], environ: dict[str, str]
) -> None:
    settings, version = make_settings(), news()
    assert version is not None
    house = assemble(settings, ring=lambda *_: None)
    house.database.migrate()
    ends = ((Telling.TOLD, None), (Telling.TOLD, None), (Telling.UNREACHABLE, "telegram.blocked"),
            (Telling.UNREACHABLE, "telegram.bad_request"), (Telling.SPARED, "account.closed"), None)  # fmt: skip
    with house.database.unit() as unit:
        for number, end in enumerate(ends):
            who = Identity(700100200 + number, "Ann", None, None, "en")
            account = house.accounts.open(unit, who, version=before(version.id)).id
            if end is not None:
                Telling.insert(
                    account=account, version=version.id, state=end[0], reason=end[1], sends=number + 1,
                    created_at=unit.now,
                ).execute()  # fmt: skip
    local = {**environ, "DATABASE_URL": settings.database_url, "STORE_PATH": settings.store_path}

    def says(*words: str) -> list[str]:
        return ops("tell-policy", *words, environ={**os.environ, **local}).stdout.splitlines()

    assert says() == [
        f"version {version.id}, in effect from {version.effective.isoformat()}",
        "2 told (of these 1 perhaps twice)",
        "0 waiting, 1 not yet planned",
        "1 need not be told any more",
        "1 unreachable: telegram.bad_request",
        "1 unreachable: telegram.blocked",
    ]
    assert "1 are tried again" in says("--again")
    with house.database.connection():
        assert {row.state for row in Telling.select().where(Telling.sends == 4)} == {Telling.WAITING}
    house.close()
