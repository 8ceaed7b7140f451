"""What programs make of what they saw."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.blocking import Peer
from bench.kill import Left, counted
from bench.share import part
from bench.sides import OURS

PLACES = [(7, number) for number in range(4)]


@pytest.mark.parametrize(
    ("shown", "calls", "left"),
    [
        ([1, 1, 1, 1], 4, Left(OURS, lost=0, doubled=0, paid_again=0)),
        ([1, 0, 0, 1], 4, Left(OURS, lost=2, doubled=0, paid_again=2)),
        ([1, 3, 1, 1], 6, Left(OURS, lost=0, doubled=2, paid_again=2)),
        ([1, 0, 0, 1], 2, Left(OURS, lost=2, doubled=0, paid_again=0)),
    ],
)
def test_a_kill_is_counted_in_pictures_lost_doubled_and_paid_for_nothing(
    shown: list[int], calls: int, left: Left
) -> None:
    times = Counter(dict(zip(PLACES, shown, strict=True)))
    assert counted(OURS, PLACES, times, calls=calls) == left


def test_pictures_elsewhere_do_not_count() -> None:
    assert counted(OURS, PLACES[:1], Counter({PLACES[0]: 1, PLACES[1]: 2}), calls=1) == Left(OURS, 0, 0, 0)


@pytest.mark.parametrize(("whole", "share", "seen"), [(20, 1.0, 20), (20, 0.1, 2), (20, 0.001, 1), (3, 2.0, 3)])
def test_a_share_is_at_least_one_and_at_most_the_whole(whole: int, share: float, seen: int) -> None:
    assert part(whole, share) == seen


def test_a_share_has_a_least_of_its_own_where_fewer_tell_nothing() -> None:
    assert part(20, 0.1, least=6) == 6


def test_the_peer_of_videos_is_reckoned_for_more_of_them_and_longer_ones() -> None:
    peer = Peer(threads=2, spread=10.0, late=[1.0], busy=[6.0, 8.0])  # 2 s beyond the provider's 5, on average
    assert peer.seconds_for(100, spread=60.0) == 100 / 2 * (30 + 2)
