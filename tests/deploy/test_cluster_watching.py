"""Who lost work when a cable was out, told from who held what, and when."""

from __future__ import annotations

from deploy.cluster.watching import Hold, Loss, Sample, loss

CUT, MENDED = 10.0, 30.0


def held(t: float, **rows: tuple[str, int]) -> Sample:
    return Sample(t, {work: Hold(*hold) for work, hold in rows.items()})


def seen(*samples: Sample, **fences: int) -> Loss:
    return loss(samples, cut=CUT, mended=MENDED, fences=fences)


def test_what_others_took_names_who_was_cut_off() -> None:
    found = seen(
        held(9.0, a=("one", 1), b=("one", 1), c=("two", 1)),
        held(12.0, a=("one", 1), b=("one", 1)),
        held(22.5, a=("two", 2), b=("one", 1)),
        held(23.0, a=("two", 2), b=("three", 2)),
        held(31.5, d=("one", 1)),
        a=2,
        b=2,
        c=1,
        d=1,
    )
    assert found == Loss("one", 2, {"a": 12.5, "b": 13.0}, 0, [], 1.5)


def test_what_was_taken_between_two_looks_shows_in_its_fence() -> None:
    found = seen(held(9.0, a=("one", 1), b=("one", 1)), held(22.0, a=("two", 2)), a=2, b=2)
    assert (len(found.taken_over), found.unseen, found.left) == (1, 1, [])


def test_what_nobody_took_is_left() -> None:
    found = seen(held(9.0, a=("one", 1), b=("one", 1)), held(22.0, a=("two", 2), b=("one", 1)), a=2, b=1)
    assert found.left == ["b"]


def test_what_ended_in_the_moment_of_the_cut_is_not_left() -> None:
    found = seen(held(9.9, a=("one", 1), b=("one", 1)), held(10.2, a=("one", 1)), held(22.0, a=("two", 2)), a=2, b=1)
    assert found.left == []


def test_old_work_that_it_still_holds_is_no_sign_that_it_works_again() -> None:
    found = seen(
        held(9.0, a=("one", 1), b=("one", 1)),
        held(22.0, a=("two", 2), b=("one", 1)),
        held(31.0, b=("one", 1)),
        held(33.0, c=("two", 5)),
        held(34.0, c=("one", 6)),
        a=2,
        b=1,
    )
    assert found.again == 4.0


def test_a_database_that_did_not_answer_says_nothing() -> None:
    found = seen(held(9.0, a=("one", 1)), Sample(9.5, None), held(22.0, a=("two", 2)), Sample(31.0, None), a=2)
    assert (found.holder, found.again) == ("one", None)


def test_nothing_lost_is_nobody() -> None:
    assert seen(held(9.0, a=("one", 1)), a=1) == Loss(None, 1, {}, 0, [], None)
    assert seen() == Loss(None, 0, {}, 0, [], None)
