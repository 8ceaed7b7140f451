"""Keys of people: how long they stay in memory, that they are gone when destroyed, and how they are rewrapped."""

from __future__ import annotations

from typing import Any

import pytest

from custody.keys import KINDS, LIVES
from errors import Permanent, Rejected
from models import KeyRow, Media


def wrapped(custody: Any) -> dict[str, bytes]:
    with custody.database.connection():
        return {row.id: bytes(row.wrapped) for row in KeyRow.select()}


def masters(custody: Any) -> set[str]:
    keys = custody.keys_with("m2", "m1")
    return {keys._master.wrapped_under(value) for value in wrapped(custody).values()}


def destroy_elsewhere(custody: Any, account: str) -> None:
    """Another process destroys the keys: this one's memory does not learn of it."""
    with custody.database.unit() as unit:
        assert custody.keys_with("m1").destroy(unit, account) == 3


def test_each_person_has_a_key_of_each_kind_and_no_two_are_alike(custody: Any) -> None:
    fresh = custody.keys_with("m1")
    raw = {fresh.get(account, kind).raw for account in ("ann", "bob") for kind in KINDS}
    assert len(raw) == 6
    assert not any(key in stored for key in raw for stored in wrapped(custody).values())
    assert fresh.get("ann", "account").raw == custody.keys.get("ann", "account").raw


@pytest.mark.proves("P6.2", "P6.3")
def test_a_destroyed_key_is_gone_at_once_and_the_others_stay(custody: Any) -> None:
    with custody.database.unit() as unit:
        assert custody.keys.destroy(unit, "ann", [KeyRow.PHOTOS]) == 1
    with pytest.raises(Permanent) as caught:
        custody.keys.get("ann", KeyRow.PHOTOS)
    assert caught.value.code == "custody.key_destroyed"
    assert custody.keys.get("ann", KeyRow.ACCOUNT)
    assert custody.keys.get("bob", KeyRow.PHOTOS)


def test_a_destruction_that_is_rolled_back_did_not_happen(custody: Any) -> None:
    with pytest.raises(RuntimeError), custody.database.unit() as unit:
        custody.keys.destroy(unit, "ann")
        raise RuntimeError
    assert custody.keys.get("ann", KeyRow.PHOTOS)


def test_a_key_in_memory_dies_after_its_seconds_when_another_process_destroyed_it(custody: Any) -> None:
    kind = KeyRow.PHOTOS
    destroy_elsewhere(custody, "ann")
    custody.time += LIVES - 0.1
    assert custody.keys.get("ann", kind)
    custody.time += 0.1
    for _ in range(2):
        with pytest.raises(Permanent, match="key_destroyed"):
            custody.keys.get("ann", kind)


@pytest.mark.proves("P10.2")
def test_a_frozen_key_dies_in_the_memory_of_others_and_comes_back_when_it_is_thawed(custody: Any) -> None:
    before = {kind: custody.keys.get("ann", kind).raw for kind in KINDS}
    with custody.database.unit() as unit:
        custody.keys_with("m1").freeze(unit, "ann")
    custody.time += LIVES - 0.1
    assert custody.keys.get("ann", KeyRow.PHOTOS)
    custody.time += 0.1
    for kind in (KeyRow.PHOTOS, KeyRow.RESULTS):
        for _ in range(2):
            with pytest.raises(Rejected, match="frozen"):
                custody.keys.get("ann", kind)
    assert custody.keys.get("ann", KeyRow.ACCOUNT).raw == before[KeyRow.ACCOUNT]
    assert custody.keys.get("bob", KeyRow.PHOTOS)
    with custody.database.connection():
        assert (custody.keys.held_back("ann"), custody.keys.held_back("bob")) == (True, False)
    with custody.database.unit() as unit:
        custody.keys_with("m1").thaw(unit, "ann")
    assert {kind: custody.keys.get("ann", kind).raw for kind in KINDS} == before


def test_the_process_that_freezes_forgets_the_keys_at_once(custody: Any) -> None:
    assert custody.keys.get("ann", KeyRow.PHOTOS)
    with custody.database.unit() as unit:
        custody.keys.freeze(unit, "ann")
    with pytest.raises(Rejected, match="frozen"):
        custody.keys.get("ann", KeyRow.PHOTOS)


def test_a_frozen_key_is_wrapped_anew_and_destroyed_like_any_other(custody: Any) -> None:
    with custody.database.unit() as unit:
        custody.keys.freeze(unit, "ann")
    assert custody.keys_with("m2", "m1").rewrap() == 6
    with pytest.raises(Rejected, match="frozen"):
        custody.keys_with("m2").get("ann", KeyRow.PHOTOS)
    with custody.database.unit() as unit:
        assert custody.keys.destroy(unit, "ann") == 3
    with pytest.raises(Permanent, match="key_destroyed"):
        custody.keys_with("m2").get("ann", KeyRow.PHOTOS)


def test_using_a_key_does_not_prolong_its_life(custody: Any) -> None:
    destroy_elsewhere(custody, "ann")
    for _ in range(9):
        custody.time += LIVES / 9 - 0.01
        custody.keys.get("ann", KeyRow.ACCOUNT)
    custody.time += 1
    with pytest.raises(Permanent, match="key_destroyed"):
        custody.keys.get("ann", KeyRow.ACCOUNT)


def test_a_master_key_that_is_missing_or_another_is_named(custody: Any) -> None:
    custody.keys.check()
    custody.keys_with("m2", "m1").check()
    with pytest.raises(Permanent) as caught:
        custody.keys_with("m2").check()
    assert (caught.value.code, caught.value.facts) == ("vault.unknown_master", {"master": "m1"})


def test_the_check_of_an_empty_database_finds_nothing_wrong(custody: Any) -> None:
    with custody.database.unit() as unit:
        custody.keys.destroy(unit, "ann")
        custody.keys.destroy(unit, "bob")
    custody.keys_with("m2").check()


def test_rotation_rewraps_every_key_row_and_touches_no_object(custody: Any) -> None:
    media = custody.keep(b"pixels")
    before = custody.keys.get("ann", KeyRow.PHOTOS).raw
    objects = {path: path.read_bytes() for path in custody.folder.rglob("*.object")}
    custody.store.done.clear()
    assert custody.keys_with("m2", "m1").rewrap() == 6
    assert masters(custody) == {"m2"}
    assert custody.keys_with("m2", "m1").rewrap() == 0
    custody.keys_with("m2").check()
    assert custody.keys_with("m2").get("ann", KeyRow.PHOTOS).raw == before
    assert {path: path.read_bytes() for path in custody.folder.rglob("*.object")} == objects
    assert custody.store.done == []
    with custody.database.connection():
        assert Media.get().wrapped_key == media.wrapped_key


def test_a_rotation_that_was_stopped_goes_on_where_it_was(custody: Any) -> None:
    with custody.database.unit() as unit:
        for number in range(200):  # more than one batch of rows
            custody.keys.create(unit, f"person{number}")

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        custody.keys_with("m2", "m1").rewrap(progress=stop)
    assert masters(custody) == {"m1", "m2"}
    assert custody.keys_with("m2", "m1").rewrap() == 606 - 500
    assert masters(custody) == {"m2"}
    assert custody.keys_with("m2").get("person7", KeyRow.RESULTS).raw
