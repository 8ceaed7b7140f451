"""Photos, orders and what became of them: sealed objects, and addresses for those that a chat cannot take."""

from __future__ import annotations

from typing import ClassVar, cast

from peewee import SQL, BigIntegerField, BlobField, BooleanField, Check, FloatField, IntegerField, TextField, fn

from tables.columns import ROW_ID, STATE, WHEN, Base, Sealed, UtcField, about, new_id, plain


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


Media.add_index(Media.index(Media.id, where=SQL("state = 'destroying'"), name="media_destroying"))


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


Order.add_index(
    Order.index(Order.state, Order.kind, where=SQL("state IN ('calling', 'rendering')"), name="orders_under_way")
)
Order.add_index(Order.index(Order.created_at, where=SQL("state = 'offered'"), name="orders_offered"))
# Of all rows: of an expression that a part of them is indexed by, Postgres knows no statistics and reads the table.
Order.add_index(Order.index(fn.COALESCE(Order.ended_at, Order.created_at), name="orders_last"))


class Link(Base):
    """A one-time address for a file too large for the chat. Only a hash of its random part is kept."""

    id = about(BlobField(primary_key=True), "links")
    account = about(TextField(index=True), "links")
    media = about(TextField(index=True), "links")
    expires_at = about(UtcField(index=True), "links")

    class Meta:
        table_name = "link"
