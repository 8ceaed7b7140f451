"""Credits and Stars: an append-only ledger, invoices, payments, and what the providers cost."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, BigIntegerField, BlobField, BooleanField, Check, FloatField, IntegerField, TextField, fn

from tables.columns import ROW_ID, STATE, Base, Sealed, UtcField, about, new_id, plain


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


LedgerAccount.add_index(
    LedgerAccount.index(LedgerAccount.owner, where=SQL("kind = 'hold' AND balance > 0"), name="ledgeraccount_held")
)


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


Payment.add_index(
    Payment.index(Payment.state, where=SQL("state IN ('unclaimed', 'refunding', 'stuck')"), name="payment_unsettled")
)
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
