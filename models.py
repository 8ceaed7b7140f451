"""Every table. Each column says its data category, or why it tells nothing about a person. No business rule here."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from peewee import (
    SQL,
    BigIntegerField,
    BlobField,
    BooleanField,
    Check,
    CompositeKey,
    DateField,
    DateTimeField,
    Field,
    FloatField,
    IntegerField,
    Model,
    TextField,
    fn,
)

from policy.terms import NotPersonal


def new_id() -> str:
    """128 random bits as 32 hex digits: says nothing about a person, a time or a sequence."""
    return secrets.token_hex(16)


F = TypeVar("F", bound="Field[Any]")


class UtcField(DateTimeField):
    """Naive UTC. A time zone is refused: Postgres would drop it and SQLite keep it."""

    def db_value(self, value: datetime | None) -> Any:
        if value is not None and value.tzinfo is not None:
            raise ValueError("times are stored as naive UTC")
        return super().db_value(value)  # type: ignore[no-untyped-call]  # peewee's is untyped


class Sealed(BlobField):
    """Ciphertext of one value, bound to table, column and row. `key` is the kind of data key that locks it; `holder`
    names the column that says whose key, where that is not the row's account."""

    def __init__(self, category: str, *, key: str, holder: str | None = None, **options: Any) -> None:
        self.key_kind = key
        self.holder = holder
        super().__init__(**options)
        self.declared = category


def about(field: F, category: str) -> F:
    """Declare that a column belongs to a category of the register."""
    field.declared = category  # type: ignore[attr-defined]  # read back by the gate
    return field


def plain(field: F, reason: str) -> F:
    """Declare that a column tells nothing about a person, and why."""
    field.declared = NotPersonal(reason=reason)  # type: ignore[attr-defined]  # read back by the gate
    return field


ROW_ID = "random number of the row"
STATE = "state from a fixed list"
WHEN = "time of an event of the program"


class Base(Model):
    """Rows are found by random ids; times are naive UTC."""

    if TYPE_CHECKING:
        id: Any


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


class Media(Base):
    """A sealed object in the store and its own key, wrapped under a key of its person; that of an attachment under the
    key of its ticket, whose id stands in `account`."""

    STORING, STORED, DESTROYING = "storing", "stored", "destroying"
    MOVES: ClassVar = {STORING: {STORED, DESTROYING}, STORED: {DESTROYING}, DESTROYING: set()}

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "account")
    kind = plain(TextField(), "photo, result, video, export or attachment")
    state = plain(TextField(default=STORING), STATE)
    object_name = plain(TextField(unique=True), "random name of the object in the store")
    wrapped_key = plain(BlobField(null=True), "a key, wrapped under the person's key")
    mime = plain(TextField(), "format from a fixed list")
    width = plain(IntegerField(), "size of a picture")
    height = plain(IntegerField(), "size of a picture")
    size = plain(BigIntegerField(), "length of the plain bytes")
    seconds = plain(FloatField(null=True), "length of a video")
    created_at = plain(UtcField(), WHEN)

    class Meta:
        table_name = "media"


class Photo(Base):
    """A picture a person sent: first a reference to fetch it by, then the sealed object."""

    WAITING, INCOMING, READY, REFUSED, DELETED = "waiting", "incoming", "ready", "refused", "deleted"
    MOVES: ClassVar = {
        WAITING: {INCOMING, DELETED},  # until the person says that the people in the photo agree
        INCOMING: {READY, REFUSED, DELETED},
        READY: {DELETED},
        REFUSED: {DELETED},
        DELETED: set(),
    }

    id = about(TextField(primary_key=True, default=new_id), "photos")
    account = about(TextField(index=True), "photos")
    state = plain(TextField(), STATE)
    file_id = Sealed("photos", key="account", null=True)  # Telegram's reference, dropped once fetched
    caption = Sealed("prompts", key="account", null=True)
    message_id = about(BigIntegerField(), "photos")
    media = about(TextField(null=True), "photos")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    created_at = about(UtcField(), "photos")
    goes_at = about(UtcField(null=True), "photos")  # by its person's choice; none: until they say so

    class Meta:
        table_name = "photo"


GOES = "goes_at IS NOT NULL AND state = 'ready'"  # of a photo, in the words of its index
Photo.add_index(Photo.index(Photo.goes_at, where=SQL(GOES), name="photo_goes"))


class Order(Base):
    """One paid generation, from the offer to the delivery."""

    OFFERED, QUEUED, CALLING, KEPT, DELIVERED = "offered", "queued", "calling", "kept", "delivered"
    RENDERING = "rendering"  # the provider has taken it and works; no thread of ours waits
    HELD_BACK, REFUSED, FAILED, CANCELLED, DELETED = "held_back", "refused", "failed", "cancelled", "deleted"
    MOVES: ClassVar = {
        OFFERED: {QUEUED, DELETED},
        QUEUED: {CALLING, CANCELLED, REFUSED, FAILED},
        CALLING: {CALLING, QUEUED, RENDERING, KEPT, REFUSED, FAILED},
        RENDERING: {QUEUED, KEPT, REFUSED, FAILED},
        KEPT: {DELIVERED, HELD_BACK, DELETED},
        HELD_BACK: {DELIVERED, DELETED},  # kept, but the chat is closed to us: offered when the person is back
        DELIVERED: {DELETED},
        REFUSED: {DELETED},
        FAILED: {DELETED, KEPT},  # a video that the provider finished after we had given it up
        CANCELLED: {DELETED},
        DELETED: set(),
    }
    OPEN: ClassVar = (QUEUED, CALLING, RENDERING)

    id = about(TextField(primary_key=True, default=new_id), "transactions")
    account = about(TextField(), "transactions")
    state = plain(TextField(), STATE)
    kind = about(TextField(), "transactions")
    # Forgotten after the period of transactions, where the result outlives it; before that there is always one.
    price = about(cast("IntegerField[int]", IntegerField(null=True)), "transactions")
    trial = about(BooleanField(default=False), "transactions")  # held from trial credits alone
    provider = about(TextField(), "disclosures")
    photo = about(TextField(index=True), "photos")
    origin = about(TextField(null=True), "results")  # the order whose result is animated, instead of the photo
    style = Sealed("prompts", key="account", null=True)
    prompt = Sealed("prompts", key="account", null=True)
    attempt = plain(IntegerField(default=0), "how often the provider was called")
    message_id = about(BigIntegerField(null=True), "results")  # the status message, which becomes the picture
    shown = plain(TextField(null=True), "what the status message says now, from a fixed list")
    media = about(TextField(null=True), "results")
    file_id = Sealed("results", key="account", null=True)  # Telegram's reference to the delivered picture
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    created_at = about(UtcField(), "transactions")
    queued_at = about(UtcField(null=True), "transactions")
    ended_at = about(UtcField(null=True), "transactions")

    class Meta:
        table_name = "orders"  # "order" is a word of SQL
        indexes = ((("account", "state"), False),)
        constraints: ClassVar = [Check("price > 0")]


Order.add_index(Order.index(Order.created_at, where=SQL("state = 'offered'"), name="orders_offered"))
Order.add_index(
    Order.index(fn.COALESCE(Order.ended_at, Order.created_at), where=SQL("price IS NOT NULL"), name="orders_usage")
)


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


class Link(Base):
    """A one-time address for a file too large for the chat. Only a hash of its random part is kept."""

    id = about(BlobField(primary_key=True), "links")
    account = about(TextField(index=True), "links")
    media = about(TextField(index=True), "links")
    expires_at = about(UtcField(index=True), "links")

    class Meta:
        table_name = "link"


class Export(Base):
    """A copy of all that is held of a person, from the asking to the end of the sealed file. One at a time."""

    ASKED, MADE, SENT, OFFERED, FAILED = "asked", "made", "sent", "offered", "failed"
    MOVES: ClassVar = {
        ASKED: {MADE, FAILED},
        MADE: {SENT, OFFERED, FAILED},
        SENT: set(),
        OFFERED: {SENT},  # too large for the chat: an address was given, until the file is fetched
        FAILED: set(),
    }
    UNDER_WAY: ClassVar = (ASKED, MADE)

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "exports")
    state = plain(TextField(default=ASKED), STATE)
    manifest = Sealed("exports", key="account", null=True)  # which rows and files there were when it was asked for
    message_id = about(BigIntegerField(null=True), "exports")  # the message that becomes the file
    media = about(TextField(null=True, index=True), "exports")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    asked_at = about(UtcField(), "exports")
    made_at = about(UtcField(null=True), "exports")

    class Meta:
        table_name = "data_export"


Export.add_index(
    Export.index(Export.account, unique=True, where=SQL("state IN ('asked', 'made')"), name="data_export_under_way")
)


class Work(Base):
    """A piece of background work: what, on which row, when due, how often tried, who holds it and under which fence."""

    DUE, HELD, DONE, FAILED, QUARANTINED = "due", "held", "done", "failed", "quarantined"
    MOVES: ClassVar = {
        DUE: {HELD, DONE, FAILED},
        HELD: {HELD, DUE, DONE, FAILED, QUARANTINED},
        DONE: set(),
        FAILED: set(),
        QUARANTINED: set(),
    }

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    kind = plain(TextField(), "kind of work from a fixed list")
    subject = plain(TextField(), "random number of the row the work is about")
    account = about(TextField(index=True), "account")
    state = plain(TextField(default=DUE), STATE)
    due_at = plain(UtcField(), WHEN)
    rung_at = plain(UtcField(null=True), WHEN)
    tries = plain(IntegerField(default=0), "a count")
    crashes = plain(IntegerField(default=0), "a count")
    fence = plain(BigIntegerField(default=0), "a counter that each claim raises")
    lease_until = plain(UtcField(null=True), WHEN)
    holder = plain(TextField(null=True), "random number of a process")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    created_at = plain(UtcField(), WHEN)
    ended_at = plain(UtcField(null=True), WHEN)

    class Meta:
        table_name = "work"
        indexes = ((("subject", "kind"), False),)


Work.add_index(Work.index(Work.kind, Work.due_at, where=SQL("state = 'due'"), name="work_due"))
Work.add_index(Work.index(Work.lease_until, where=SQL("state = 'held'"), name="work_held"))
Work.add_index(Work.index(Work.ended_at, where=SQL("ended_at IS NOT NULL"), name="work_ended"))


class Lease(Base):
    """Who may act for the whole fleet, until when."""

    name = plain(TextField(primary_key=True), "name of a duty from a fixed list")
    holder = plain(TextField(), "random number of a process")
    until = plain(UtcField(), WHEN)
    next_at = plain(UtcField(null=True), WHEN)

    class Meta:
        table_name = "lease"


class Pacing(Base):
    """Until when an outside service asked everybody to wait. One row a service, shared by all processes."""

    name = plain(TextField(primary_key=True), "name of a declared recipient")
    until = plain(UtcField(), WHEN)

    class Meta:
        table_name = "pacing"


class SeenUpdate(Base):
    """Telegram may deliver an update again for a day: the second time it does nothing."""

    id = plain(BigIntegerField(primary_key=True), "Telegram's running number of an update, the same for nobody")
    at = plain(UtcField(index=True), WHEN)

    class Meta:
        table_name = "seen_update"


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


class LedgerAccount(Base):
    """A place for credits that a person owns: a lot (what was granted or bought at once) or what is on hold."""

    LOT, HOLD = "lot", "hold"
    # The service's own side: no rows, their balance is the sum of their lines.
    GRANTS, SOLD, USED = "grants", "sold", "used"
    SERVICE: ClassVar = (GRANTS, SOLD, USED)

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    owner = about(TextField(index=True), "transactions")
    kind = plain(TextField(), "lot or hold")
    source = about(TextField(null=True), "transactions")
    rank = plain(IntegerField(default=0), "order in which lots are used: trial first")
    balance = about(IntegerField(), "transactions")
    closed = about(BooleanField(default=False), "transactions")  # refunded: what comes back to it goes to `sold`
    created_at = about(UtcField(), "transactions")

    class Meta:
        table_name = "ledger_account"
        constraints: ClassVar = [Check("balance >= 0")]


class LedgerEntry(Base):
    """One movement of credits. Appended, never changed; the business key makes a repetition impossible."""

    GRANT, HOLD, CHARGE, GIVE_BACK = "grant", "hold", "charge", "give_back"
    REFUND, RESTORE = "refund", "restore"  # credits leave with the Stars; come back when the Stars could not go
    OPENING = "opening"  # what older entries, which are gone, had left in each place

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    business_key = about(TextField(unique=True), "transactions")
    kind = about(TextField(), "transactions")
    owner = about(TextField(index=True), "transactions")
    order = about(TextField(null=True, index=True, column_name="order_id"), "transactions")
    what = about(TextField(null=True), "transactions")  # kind of order, or pack
    at = about(UtcField(index=True), "transactions")

    class Meta:
        table_name = "ledger_entry"


class LedgerLine(Base):
    """One side of an entry. The lines of an entry sum to zero."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    entry = about(TextField(index=True), "transactions")
    place = about(TextField(index=True), "transactions")  # id of a ledger account, or a name of the service's side
    amount = about(IntegerField(), "transactions")

    class Meta:
        table_name = "ledger_line"
        constraints: ClassVar = [Check("amount <> 0")]


class Invoice(Base):
    """A pack offered to one person. Its id is the invoice's payload; unpaid ones are forgotten."""

    id = about(TextField(primary_key=True, default=new_id), "invoices")
    account = about(TextField(index=True), "invoices")
    pack = about(TextField(), "invoices")
    credits = about(IntegerField(), "invoices")
    stars = about(IntegerField(), "invoices")
    created_at = about(UtcField(index=True), "invoices")

    class Meta:
        table_name = "invoice"


class Payment(Base):
    """Stars that reached us, by Telegram's charge id. What a refund needs is sealed under the transactions key."""

    PAID, UNCLAIMED = "paid", "unclaimed"  # credited; nobody it could be credited to
    REFUNDING, REFUNDED, STUCK = "refunding", "refunded", "stuck"  # stuck: Telegram refuses the refund, ops must act
    MOVES: ClassVar = {
        PAID: {REFUNDING, REFUNDED},
        UNCLAIMED: {REFUNDING, REFUNDED},
        REFUNDING: {REFUNDED, PAID, STUCK},
        STUCK: {REFUNDING, REFUNDED},
        REFUNDED: set(),
    }

    id = about(TextField(primary_key=True, default=new_id), "transactions")
    account = about(TextField(index=True), "transactions")
    state = plain(TextField(), STATE)
    pack = about(TextField(null=True), "transactions")
    credits = about(IntegerField(default=0), "transactions")
    stars = about(IntegerField(), "transactions")
    telegram_id = Sealed("transactions", key="transactions")
    charge_id = Sealed("transactions", key="transactions")
    charge_index = about(BlobField(unique=True), "transactions")
    lot = about(TextField(null=True), "transactions")
    reason = plain(TextField(null=True), "code of a failure or of a refund from a fixed list")
    paid_at = about(UtcField(), "transactions")
    ended_at = about(UtcField(null=True), "transactions")

    class Meta:
        table_name = "payment"
        constraints: ClassVar = [Check("stars > 0")]


Payment.add_index(Payment.index(fn.COALESCE(Payment.ended_at, Payment.paid_at), name="payment_last"))


class Cost(Base):
    """What a provider counted for one call."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    order = about(TextField(index=True, column_name="order_id"), "transactions")
    kind = about(TextField(), "transactions")
    provider = plain(TextField(), "name of a declared recipient")
    model = plain(TextField(), "name of a provider's model")
    units = plain(FloatField(), "tokens or units")
    micro_usd = plain(BigIntegerField(), "a price in millionths of a US dollar")
    at = about(UtcField(index=True), "transactions")

    class Meta:
        table_name = "cost"


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


class CorrectionNote(Base):
    """What a person says about data that stay as they are: it stands beside them, and goes with the account."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(index=True), "account")
    request = about(TextField(unique=True), "account")
    on = about(TextField(column_name="on_category"), "account")
    words = Sealed("account", key="account")
    at = about(UtcField(), "account")

    class Meta:
        table_name = "correction_note"


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


class RightsRequest(Base):
    """Somebody asked for a right of theirs: until when it is answered, and what became of it."""

    OPEN, ANSWERED, REFUSED, CLOSED = "open", "answered", "refused", "closed"
    MOVES: ClassVar = {OPEN: {ANSWERED, REFUSED, CLOSED}, ANSWERED: set(), REFUSED: set(), CLOSED: set()}

    id = about(TextField(primary_key=True, default=new_id), "requests")
    account = about(TextField(null=True, index=True), "requests")  # none: nothing is held of whoever asks
    kind = about(TextField(), "requests")
    source = plain(TextField(), "bot, mail or web")
    confirmed = plain(BooleanField(default=False), "whether it was made sure that it is the person who asks")
    state = plain(TextField(default=OPEN), STATE)
    outcome = plain(TextField(null=True), "what became of it, from a fixed list")
    received_at = about(UtcField(), "requests")
    due_at = about(UtcField(), "requests")
    decided_at = about(UtcField(null=True), "requests")
    ended_at = about(UtcField(null=True), "requests")  # the answer was given: nothing is owed any more

    class Meta:
        table_name = "rights_request"


RightsRequest.add_index(
    RightsRequest.index(RightsRequest.due_at, where=SQL("ended_at IS NULL"), name="rights_request_open")
)
RightsRequest.add_index(
    RightsRequest.index(RightsRequest.ended_at, where=SQL("ended_at IS NOT NULL"), name="rights_request_ended")
)


class Refusal(Base):
    """The log book of section 27: which request was refused, on which ground. Written before anybody is told."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    request = about(TextField(unique=True), "refusals")
    kind = about(TextField(), "refusals")
    ground = about(TextField(), "refusals")
    at = about(UtcField(index=True), "refusals")

    class Meta:
        table_name = "refusal"


class Report(Base):
    """Somebody says that a picture or an account should not be here: a case with a clock, from whoever it comes.

    Its words are sealed under the case's own key, so that they outlive no account and no account outlives them.
    """

    OPEN, FROZEN = "open", "frozen"
    ERASED, RELEASED, UNFOUNDED = "erased", "released", "unfounded"
    MOVES: ClassVar = {
        OPEN: {FROZEN, ERASED, UNFOUNDED},
        FROZEN: {ERASED, RELEASED},
        ERASED: set(),
        RELEASED: set(),
        UNFOUNDED: set(),
    }
    UNDER_WAY: ClassVar = (OPEN, FROZEN)

    id = about(TextField(primary_key=True), "support")  # random, and short enough to be typed
    kind = about(TextField(), "support")
    source = plain(TextField(), "bot, web or mail")
    state = plain(TextField(default=OPEN), STATE)
    reporter = about(TextField(null=True, index=True), "support")  # the account it came from, where it was the bot
    accused = about(TextField(null=True, index=True), "support")  # the account it is about, as soon as that is known
    photo = about(TextField(null=True), "support")
    order = about(TextField(null=True, column_name="order_id"), "support")
    words = Sealed("support", key=KeyRow.CASE, null=True)
    place = Sealed("support", key=KeyRow.CASE, null=True)  # where it was seen
    contact = Sealed("support", key=KeyRow.CASE, null=True)
    words_until = plain(UtcField(null=True), "until when the next message counts as its words")
    received_at = about(UtcField(), "support")
    due_at = about(UtcField(), "support")
    decided_at = about(UtcField(null=True), "support")  # when staff first did something about it
    ended_at = about(UtcField(null=True), "support")

    class Meta:
        table_name = "report"


Report.add_index(Report.index(Report.due_at, where=SQL("ended_at IS NULL"), name="report_open"))
Report.add_index(Report.index(Report.ended_at, where=SQL("ended_at IS NOT NULL"), name="report_ended"))


class AuditEntry(Base):
    """What somebody of the staff did, and why. Appended, never changed; each entry holds the digest before it."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    number = plain(IntegerField(unique=True), "running number of the log")
    account = plain(TextField(default=KeyRow.STAFF), "whose key locks the reason: the staff's, always")
    actor = about(TextField(), "access")
    verb = about(TextField(), "access")
    reason = Sealed("access", key=KeyRow.STAFF)
    subject = about(TextField(null=True, index=True), "access")
    at = about(UtcField(index=True), "access")
    before_at = plain(UtcField(null=True), WHEN)
    before = plain(BlobField(null=True), "digest of the entry before")
    digest = plain(BlobField(), "keyed digest of this entry")

    class Meta:
        table_name = "audit_entry"


class Ticket(Base):
    """Something that a person and support write to each other about. Its key is its own: it outlives the account."""

    OPEN, ANSWERED, RESOLVED = "open", "answered", "resolved"
    MOVES: ClassVar = {
        OPEN: {OPEN, ANSWERED, RESOLVED},
        ANSWERED: {ANSWERED, OPEN, RESOLVED},
        RESOLVED: {OPEN},  # its person wrote again in time
    }
    UNDER_WAY: ClassVar = (OPEN, ANSWERED)

    id = about(TextField(primary_key=True, default=new_id), "support")
    number = about(IntegerField(unique=True), "support")  # drawn at random: what people call it by
    account = about(TextField(index=True), "support")
    state = plain(TextField(default=OPEN), STATE)
    outcome = plain(TextField(null=True), "what became of it, from a fixed list")
    opened_at = about(UtcField(), "support")
    last_at = about(UtcField(), "support")  # the last word, whose ever
    resolved_at = about(UtcField(null=True), "support")

    class Meta:
        table_name = "ticket"


Ticket.add_index(Ticket.index(Ticket.account, unique=True, where=SQL("state <> 'resolved'"), name="ticket_under_way"))
Ticket.add_index(Ticket.index(Ticket.resolved_at, where=SQL("resolved_at IS NOT NULL"), name="ticket_resolved"))


class TicketMessage(Base):
    """One message of a ticket, of its person or of the staff, with a file or without."""

    KEPT, INCOMING, REFUSED = "kept", "incoming", "refused"  # a person's: its file is still fetched, or was not taken
    WAITING, SENT, UNREACHABLE = "waiting", "sent", "unreachable"  # an answer
    MOVES: ClassVar = {
        KEPT: set(),
        INCOMING: {KEPT, REFUSED},
        REFUSED: set(),
        WAITING: {SENT, UNREACHABLE},
        SENT: set(),
        UNREACHABLE: {WAITING},  # they are back
    }

    id = about(TextField(primary_key=True, default=new_id), "support")
    ticket = about(TextField(index=True), "support")
    account = about(TextField(index=True), "support")
    author = plain(TextField(), "person or staff")
    state = plain(TextField(), STATE)
    text = Sealed("support", key=KeyRow.TICKET, holder="ticket", null=True)
    file_id = Sealed("support", key=KeyRow.TICKET, holder="ticket", null=True)  # Telegram's, dropped once fetched
    media = about(TextField(null=True), "support")
    message_id = about(BigIntegerField(null=True), "support")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    at = about(UtcField(), "support")

    class Meta:
        table_name = "ticket_message"


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


class Erasure(Base):
    """A deletion that somebody asked for, from the asking to the last row. After its account it is nobody's."""

    PHOTOS, GENERATED, ACCOUNT = "photos", "generated", "account"
    SCOPES: ClassVar = (PHOTOS, GENERATED, ACCOUNT)
    ASKED, SEALED, WAITING, ENDING = "asked", "sealed", "waiting", "ending"
    DONE, UNDONE = "done", "undone"
    MOVES: ClassVar = {
        ASKED: {SEALED, UNDONE},
        SEALED: {ASKED, WAITING, DONE, UNDONE},  # asked for again, while there was something new
        WAITING: {ENDING, DONE, UNDONE},  # an account, as long as its person may still take it back
        ENDING: {DONE},
        DONE: set(),
        UNDONE: set(),
    }
    OPEN: ClassVar = (ASKED, SEALED, WAITING, ENDING)

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    account = about(TextField(null=True, index=True), "erasures")
    scope = about(TextField(), "erasures")
    source = plain(TextField(), "bot or support")
    request = about(TextField(null=True), "requests")
    state = plain(TextField(default=ASKED), STATE)
    was = plain(TextField(null=True), "state of the account before, from a fixed list")
    asked_at = about(UtcField(), "erasures")
    begun_at = plain(UtcField(null=True), WHEN)  # none while it waits for a copy that is still being made
    rounds = plain(IntegerField(default=0), "how often it was gathered what there is to delete")
    keys_gone_at = plain(UtcField(null=True), WHEN)
    ends_at = about(UtcField(null=True), "erasures")  # until then an account's deletion may be undone
    done_at = about(UtcField(null=True), "erasures")
    counts = plain(TextField(default="{}"), "how many rows, objects and messages, by category, as JSON")

    class Meta:
        table_name = "erasure"


Erasure.add_index(
    Erasure.index(
        Erasure.account,
        Erasure.scope,
        unique=True,
        where=SQL("state IN ('asked', 'sealed', 'waiting', 'ending')"),
        name="erasure_open",
    )
)
Erasure.add_index(Erasure.index(Erasure.done_at, where=SQL("done_at IS NOT NULL"), name="erasure_done"))


class RetentionRun(Base):
    """One rule of retention at one time: how much went, what may not go yet, and how old the oldest is that is left."""

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    rule = plain(TextField(), "name of a rule of retention")
    category = plain(TextField(), "name of a category of the register, or nothing")
    started_at = plain(UtcField(index=True), WHEN)
    ended_at = plain(UtcField(null=True), WHEN)
    count = plain(IntegerField(default=0), "a count")
    held_back = plain(IntegerField(default=0), "a count")
    oldest_left = plain(UtcField(null=True), "how far back a table goes")

    class Meta:
        table_name = "retention_run"


class StrayObject(Base):
    """An object in the store that no row knows. It goes when that is still so after an hour."""

    name = plain(TextField(primary_key=True), "random name of an object in the store")
    found_at = plain(UtcField(index=True), WHEN)

    class Meta:
        table_name = "stray_object"


class Receipt(Base):
    """What a deletion has destroyed, signed, in one of its three stages. Found by its number alone once it is over."""

    SEALED, GONE, LAST_COPY_GONE = 1, 2, 3  # stages

    id = plain(TextField(primary_key=True, default=new_id), ROW_ID)
    number = about(TextField(), "erasures")  # random; whoever has it may read the receipt
    stage = plain(IntegerField(), "stage of a deletion from a fixed list")
    erasure = about(TextField(null=True, index=True), "erasures")  # until the receipt of its end: then nobody's
    body = about(TextField(), "erasures")  # the receipt itself: times and counts
    due_at = plain(UtcField(null=True), WHEN)  # the last stage is due then
    made_at = about(UtcField(index=True), "erasures")

    class Meta:
        table_name = "receipt"
        indexes = ((("number", "stage"), True),)


Receipt.add_index(Receipt.index(Receipt.due_at, where=SQL("due_at IS NOT NULL"), name="receipt_due"))


class ErasureMark(Base):
    """Up to when each erasure that is recorded beside the objects is done in this database. One row; it is in every
    dump, so that a restored one tells how old it is."""

    ERASURES = "erasures"

    id = plain(TextField(primary_key=True), "a fixed name")
    until = plain(UtcField(), WHEN)
    undone = plain(IntegerField(default=0), "a count")  # records after it that the running service found not done

    class Meta:
        table_name = "erasure_mark"


class DailyCount(Base):
    """How many pages were opened on a day, by kind of device and operating system. No row is about anybody."""

    day = plain(DateField(), "a day")
    family = plain(TextField(), "kind of device from a fixed list")
    system = plain(TextField(), "operating system from a fixed list")
    count = plain(IntegerField(), "a number of page views, of all visitors together")

    class Meta:
        table_name = "daily_count"
        primary_key = CompositeKey("day", "family", "system")


TABLES: tuple[type[Base], ...] = (
    Account,
    KeyRow,
    Media,
    Photo,
    Order,
    VideoTask,
    Slots,
    Link,
    Export,
    Work,
    Lease,
    Pacing,
    SeenUpdate,
    Acceptance,
    Telling,
    Disclosure,
    Access,
    LedgerAccount,
    LedgerEntry,
    LedgerLine,
    Invoice,
    Payment,
    Cost,
    PromotionChoice,
    PrivacyChoice,
    CorrectionNote,
    Announcement,
    RightsRequest,
    Refusal,
    Report,
    AuditEntry,
    Ticket,
    TicketMessage,
    AbuseMark,
    EndedAccount,
    Erasure,
    RetentionRun,
    StrayObject,
    Receipt,
    ErasureMark,
    DailyCount,
)
