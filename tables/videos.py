"""Videos in the making, and how many a provider takes at once."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, BigIntegerField, BooleanField, IntegerField, TextField

from tables.columns import STATE, WHEN, Base, Sealed, UtcField, about, new_id, plain


class VideoTask(Base):
    """One attempt at a video, from the slot it waits for to its end at the provider. Written before the call, so that
    an answer that was lost is looked up by `external_id`."""

    ADMITTED, SUBMITTING, RENDERING, FOUND, ENDED = "admitted", "submitting", "rendering", "found", "ended"
    MOVES: ClassVar = {
        ADMITTED: {SUBMITTING, ENDED},
        SUBMITTING: {SUBMITTING, ADMITTED, RENDERING, ENDED},
        RENDERING: {FOUND, ENDED},
        FOUND: {RENDERING, ENDED},  # back when its link was dead: asked for another one
        ENDED: set(),
    }
    OPEN: ClassVar = (ADMITTED, SUBMITTING, RENDERING, FOUND)

    id = about(TextField(primary_key=True, default=new_id), "disclosures")
    account = about(TextField(index=True), "disclosures")
    order = about(TextField(index=True, column_name="order_id"), "disclosures")
    attempt = plain(IntegerField(), "how often the provider was called")
    external_id = about(TextField(unique=True), "disclosures")  # random; the provider knows the attempt by it
    model = plain(TextField(), "name of a provider's model")
    state = plain(TextField(), STATE)
    url = Sealed("results", key="results", null=True)  # where the provider keeps the result for us
    links = plain(IntegerField(default=0), "how many links were tried")
    late = plain(BooleanField(default=False), "given up by us, still asked about")
    seconds = plain(IntegerField(), "length of a video")
    ask_at = plain(UtcField(null=True), WHEN)
    looks = plain(IntegerField(default=0), "a count")
    submitted_at = about(UtcField(null=True), "disclosures")
    ended_at = about(UtcField(null=True), "disclosures")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    created_at = about(UtcField(), "disclosures")

    class Meta:
        table_name = "video_task"


VideoTask.add_index(VideoTask.index(VideoTask.ask_at, where=SQL("state = 'rendering'"), name="video_task_ask"))
VideoTask.add_index(VideoTask.index(VideoTask.state, where=SQL("state <> 'ended'"), name="video_task_open"))


class Slots(Base):
    """How many tasks a provider takes at once, and whether it takes any now. One row a provider."""

    name = plain(TextField(primary_key=True), "name of a declared recipient")
    lowered_to = plain(IntegerField(null=True), "a number of slots")
    lowered_until = plain(UtcField(null=True), WHEN)
    paused_until = plain(UtcField(null=True), WHEN)
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    rounds = plain(BigIntegerField(default=0), "a count; raising it locks the row for one round of admission")

    class Meta:
        table_name = "slots"
