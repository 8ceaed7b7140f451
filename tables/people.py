"""People: their accounts, the keys of their data, and what is left of an account that has ended."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, BlobField, BooleanField, IntegerField, TextField

from tables.columns import ROW_ID, STATE, WHEN, Base, Sealed, UtcField, about, new_id, plain


class Account(Base):
    """A person who confirmed the notice. Personal columns are sealed under the account key."""

    ACTIVE, BANNED, CLOSING = "active", "banned", "closing"
    # A deletion that is undone leads back to where the account stood.
    MOVES: ClassVar = {ACTIVE: {BANNED, CLOSING}, BANNED: {ACTIVE, CLOSING}, CLOSING: {ACTIVE, BANNED}}

    id = about(TextField(primary_key=True, default=new_id), "account")
    state = plain(TextField(default=ACTIVE), STATE)
    telegram_id = Sealed("account", key="account")
    telegram_id_index = about(BlobField(unique=True), "account")
    first_name = Sealed("account", key="account", null=True)
    last_name = Sealed("account", key="account", null=True)
    username = Sealed("account", key="account", null=True)
    username_index = about(BlobField(null=True, index=True), "account")
    language_code = Sealed("account", key="account", null=True)
    language = Sealed("account", key="account", null=True)  # chosen with /language, before what Telegram says
    names_index = about(BlobField(), "account")  # changes when Telegram shows new names
    current_photo = about(TextField(null=True), "photos")
    current_origin = about(TextField(null=True), "results")  # the order whose result is to be animated next
    reachable = about(BooleanField(default=True), "account")  # false once the person blocked the bot
    daily_limit = about(IntegerField(null=True), "transactions")  # credits in 24 hours, set by the person
    keep_photos = about(TextField(null=True), "account")  # shorter than the register, chosen by the person
    not_to = about(TextField(null=True), "account")  # recipients that get nothing of theirs, comma between
    banned_for = about(TextField(null=True), "account")  # class of the reason, from a fixed list
    frozen_at = about(UtcField(null=True), "account")  # a report is looked at, and nobody opens the pictures meanwhile
    writes_until = about(UtcField(null=True), "account")  # until then what they send goes to support
    writes_to = about(TextField(null=True), "account")  # into this ticket; none: into a new one
    created_at = about(UtcField(), "account")

    class Meta:
        table_name = "account"


class KeyRow(Base):
    """A person's data key, wrapped by a master key. Destroying the row destroys what it locks."""

    ACCOUNT, PHOTOS, RESULTS = "account", "photos", "results"
    TRANSACTIONS = "transactions"  # outlives the account: the law keeps what it locks for years
    STAFF = "staff"  # of no person: owner and kind of the key of the staff's log
    TICKET = "ticket"  # its owner is a ticket, which outlives the account
    CASE = "case"  # of one report: its owner is the number of the case

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(), "account")
    kind = plain(TextField(), "kind of key from a fixed list")
    wrapped = plain(BlobField(), "a key, wrapped by a master key")
    frozen = plain(BooleanField(default=False), "whether nobody may use the key for now")
    created_at = plain(UtcField(), WHEN)

    class Meta:
        table_name = "data_key"
        indexes = ((("account", "kind"), True),)


class AbuseMark(Base):
    """A keyed hash of a Telegram id whose account has ended: its trial credits are not granted again."""

    mark = about(BlobField(primary_key=True), "abuse_marks")
    at = about(UtcField(index=True), "abuse_marks")

    class Meta:
        table_name = "abuse_mark"


class EndedAccount(Base):
    """That an account has ended, and when: the record of what its person agreed to is kept for a time from then on."""

    account = about(TextField(primary_key=True), "consents")
    asked_at = about(UtcField(), "consents")  # when its person, or who may, asked for the end
    ended_at = about(UtcField(index=True), "consents")
    cleared_at = plain(UtcField(null=True), WHEN)  # whatever hung on it was seen to be gone

    class Meta:
        table_name = "ended_account"


EndedAccount.add_index(
    EndedAccount.index(EndedAccount.asked_at, where=SQL("cleared_at IS NULL"), name="ended_account_open")
)
