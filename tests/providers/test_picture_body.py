"""The body that is encoded while it is sent: it knows when its end has been given away."""

from __future__ import annotations

import base64

import pytest

from providers.picture_body import PIECE, PictureBody


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_body_is_as_long_as_it_says_and_holds_the_picture_between_its_frame(size: int) -> None:
    picture = bytes(range(256)) * (size // 256 + 1)
    body = PictureBody(picture[:size], (b'{"a":"', b'"}'))
    sent = b"".join(body)
    assert sent == b'{"a":"' + base64.b64encode(picture[:size]) + b'"}'
    assert len(body) == len(sent)


def test_its_end_counts_as_given_from_the_moment_it_is_handed_out_and_not_before() -> None:
    body = PictureBody(bytes(2 * PIECE), (b'{"a":"', b'"}'))
    handed = [(piece, body.given_whole) for piece in body]
    assert [whole for _, whole in handed] == [False] * 3 + [True]
    assert handed[-1][0] == b'"}'


def test_what_is_done_meanwhile_begins_when_all_was_handed_out() -> None:
    order: list[str] = []
    body = PictureBody(bytes(2 * PIECE), (b'{"a":"', b'"}'), meanwhile=lambda: order.append("meanwhile"))
    for piece in body:
        order.append("end" if piece == b'"}' else "piece")
    assert order == ["piece", "piece", "piece", "end", "meanwhile"]
