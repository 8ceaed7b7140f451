"""Limits of the service that a person is told: each number stands here once, for the code and for the sentence."""

from __future__ import annotations

from datetime import timedelta

REFUND_WITHIN = timedelta(days=14)  # a person's own right to give an unused pack back
VIDEO_GIVEN_UP = timedelta(minutes=20)  # without an end: asked once more, then the credits go back
LONGEST_WAIT = timedelta(hours=2)  # for a video slot
LONGEST_PROMPT = 1000  # characters a person may write
