"""What people agreed to and chose, what was sent to whom, and what they were told."""

from __future__ import annotations

from typing import ClassVar

from peewee import BigIntegerField, BooleanField, IntegerField, TextField

from tables.columns import ROW_ID, STATE, WHEN, Base, UtcField, about, new_id, plain


class Acceptance(Base):
    """What a person agreed to, which version, when. Never changed, never overwritten."""

    NOTICE, PEOPLE = "notice", "people"  # 18+ and the policy; the people in my photos agree

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(), "consents")
    kind = about(TextField(), "consents")
    version = about(TextField(), "consents")
    at = about(UtcField(), "consents")

    class Meta:
        table_name = "acceptance"
        indexes = ((("account", "kind", "version"), True),)


class Telling(Base):
    """One person is told of one version of the policy: the proof of it, or why they were not reached."""

    WAITING, TOLD, UNREACHABLE, SPARED = "waiting", "told", "unreachable", "spared"  # spared: need not be told any more
    MOVES: ClassVar = {
        WAITING: {TOLD, UNREACHABLE, SPARED},
        UNREACHABLE: {WAITING, SPARED},  # they are back, or an operator has put right what was wrong
        TOLD: set(),
        SPARED: set(),
    }

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "consents")
    version = about(TextField(), "consents")
    state = plain(TextField(default=WAITING), STATE)
    sends = plain(IntegerField(default=0), "how often it was given to the messenger")
    message_id = about(BigIntegerField(null=True), "consents")
    told_at = about(UtcField(null=True), "consents")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    created_at = about(UtcField(), "consents")

    class Meta:
        table_name = "telling"
        indexes = ((("version", "account"), True), (("version", "state"), False))


class Disclosure(Base):
    """What was sent to whom, why, when. Written before each sending; a repeated attempt is a row of its own."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "disclosures")
    order = about(TextField(index=True, column_name="order_id"), "disclosures")
    recipient = about(TextField(), "disclosures")
    purpose = about(TextField(), "disclosures")
    fields = about(TextField(), "disclosures")
    attempt = plain(IntegerField(), "how often the provider was called")
    at = about(UtcField(), "disclosures")
    kept_until = about(UtcField(null=True), "disclosures")

    class Meta:
        table_name = "disclosure"


class Access(Base):
    """Sealed data was opened for something else than its owner's own use."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "access")
    category = about(TextField(), "access")
    purpose = about(TextField(), "access")
    subject = about(TextField(), "access")
    at = about(UtcField(index=True), "access")

    class Meta:
        table_name = "access_record"


class PromotionChoice(Base):
    """A yes or a no to promotional messages. Never changed: the newest one counts, and without any it is a no."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(), "consents")
    wanted = about(BooleanField(), "consents")
    version = about(TextField(), "consents")
    at = about(UtcField(), "consents")

    class Meta:
        table_name = "promotion_choice"
        indexes = ((("account", "at"), False),)


class PrivacyChoice(Base):
    """A choice about one's photos: how long they stay, or a recipient that may (not) get them. Never changed."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "consents")
    what = about(TextField(), "consents")
    value = about(TextField(), "consents")
    version = about(TextField(), "consents")
    at = about(UtcField(), "consents")

    class Meta:
        table_name = "privacy_choice"


class Announcement(Base):
    """A message to everybody it is for, in three languages. Who was told stands in `Telling`, under this row's id."""

    SENDING, DONE, STOPPED = "sending", "done", "stopped"
    MOVES: ClassVar = {SENDING: {DONE, STOPPED}, STOPPED: {SENDING}, DONE: set()}

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    kind = plain(TextField(), "service or promotional")
    state = plain(TextField(default=SENDING), STATE)
    words = plain(TextField(), "what everybody is told, by language, as JSON")
    created_at = plain(UtcField(), WHEN)
    ended_at = plain(UtcField(null=True, index=True), WHEN)

    class Meta:
        table_name = "announcement"
