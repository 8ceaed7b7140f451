"""Limits of the service that a person is told: each number stands here once, for the code and for the sentence."""

from __future__ import annotations

from datetime import timedelta

REFUND_WITHIN = timedelta(days=14)  # a person's own right to give an unused pack back
VIDEO_GIVEN_UP = timedelta(minutes=20)  # without an end: asked once more, then the credits go back
LONGEST_WAIT = timedelta(hours=2)  # for a video slot
LONGEST_OUTAGE = timedelta(minutes=30)  # an order waits for a provider that does not answer; then its credits go back
LONGEST_HOLD = timedelta(hours=24)  # the same for one that staff let wait
LONGEST_SAID = 200  # characters of what staff say to everybody: as many as Telegram shows on a tap
LONGEST_PROMPT = 1000  # characters a person may write
LONGEST_NOTE = 1000  # characters that may stand beside data that its person disputes
LARGEST_LIMIT = 100_000  # credits a day that somebody may set for themselves
SUPPORT_TALK = timedelta(minutes=15)  # after each message: until then what a person sends goes to support
SUPPORT_REOPENED = timedelta(days=14)  # a resolved ticket opens again when its person writes within this time
SUPPORT_FILE = 5 << 20  # bytes of a PDF or text file; pictures may be as large as photos
SUPPORT_FILES = 20  # files in one ticket
SUPPORT_MESSAGES = 200  # messages of a person without an answer
LONGEST_ANSWER = 3500  # characters: Telegram takes 4096, and there is a line above them
REPORT_WITHIN = timedelta(hours=48)  # from a report to the end of its case
REPORT_ALARM = timedelta(hours=12)  # before the end of that time staff are called
REPORTS_A_DAY = 10  # from one account
LONGEST_REPORT = 4000  # characters
LONGEST_CONTACT = 200  # characters
BREACH_TOLD_WITHIN = timedelta(hours=72)  # from the noticing of a breach until the Commissioner is told (GDPR art. 33)
BREACH_ALARM = timedelta(hours=12)  # before the end of that time staff are called
LONGEST_ENTRY = 20_000  # characters of one entry about a breach
