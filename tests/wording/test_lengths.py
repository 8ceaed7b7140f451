"""What Telegram cuts or refuses by its length stays below it, in every language."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from billing.prices import PACKS, PRICES
from generation.styles import MOTIONS, Catalogue
from policy.categories import CATEGORIES
from policy.choices import KEEPINGS, REFUSABLE
from policy.limits import REFUND_WITHIN
from policy.recipients import RECIPIENTS
from policy.versions import CURRENT, VERSIONS
from wording import choices, deletion, export, failures, languages, money, notice, orders, photos, privacy
from wording.language import LANGUAGES, Translate, translate
from wording.message import Message

CAPTION, TEXT, ALERT = 1024, 4096, 200  # characters, markup not counted
TITLE, DESCRIPTION = 32, 255  # of an invoice
ROW = 40  # columns of text that a phone shows on a row of buttons; Chinese characters take two
STYLES, FILMS = Catalogue.load(), Catalogue.load(MOTIONS)
ID, SITE, MAIL = "0" * 32, "https://miomio.example", "privacy-and-support@miomio.example"
PROVIDERS = [recipient.id for recipient in RECIPIENTS.values() if recipient.model]
NAMES = [*(style.name for style in STYLES), *(motion.name for motion in FILMS), "Your own idea"]
LINES = [money.PackLine(pack.id, pack.name, pack.credits, pack.stars) for pack in PACKS.values()]
GIVEN_BACK = [money.PackLine(ID, line.name, line.credits, line.stars) for line in LINES]


@pytest.fixture(params=LANGUAGES)
def _(request: pytest.FixtureRequest) -> Translate:
    return translate(request.param)


def shown(text: str) -> str:
    """Without what is markup to Telegram."""
    return html.unescape(re.sub(r"</?[a-z][^>]*>", "", text))


def width(text: str) -> int:
    return sum(2 if ord(character) >= 0x2E80 else 1 for character in text)


def under_pictures(_: Translate) -> Iterator[Message]:
    """Captions: of results, of boards, of one's own photos."""
    for name in NAMES:
        for provider in PROVIDERS:
            for video in (True, False):
                yield orders.result(_, order=ID, title=name, provider=provider, video=video, animate=True, gift=True)
            yield orders.original(_, provider=provider)
        yield orders.really_delete(_, order=ID, title=name)
    for page in range(1, STYLES.pages() + 1):
        listed = [(style.id, style.name) for style in STYLES.page(page)]
        yield photos.board(_, photo=ID, styles=listed, page=page, pages=9, first=True, animate=True)
    yield export.here(_, at=datetime(2026, 11, 25))
    yield photos.own_photo(_, photo=ID, number=9999, total=9999, animate=True)
    yield photos.really_delete_photo(_, photo=ID)


def about_deleting(_: Translate) -> Iterator[Message]:
    """With every category both going and staying: more than anybody has."""
    until = datetime(2026, 12, 25, 19, 27)
    yield deletion.choice(_)
    for scope in (deletion.PHOTOS, deletion.GENERATED, deletion.ACCOUNT):
        whole = scope == deletion.ACCOUNT
        plan = deletion.Plan(
            scope=scope,
            now=dict.fromkeys(("photos", "results", "prompts"), 999_999),
            later=dict.fromkeys(CATEGORIES, 999_999) if whole else {},
            stays=[deletion.Left(id, 999_999, until.date() if whole else None) for id in CATEGORIES],
            orders=99,
            packs=GIVEN_BACK if whole else (),
            credits=99_999,
            waits_for_copy=True,
            undo_until=until if whole else None,
        )
        yield deletion.preview(_, plan, back=999)
        for waits in (True, False):
            end = until if whole else None
            yield deletion.done(_, scope=scope, waits_for_copy=waits, young=999, old=999, undo_until=end)
    yield deletion.closing(_, undo_until=until)
    yield deletion.really_at_once(_, credits=99_999, packs=True)


def texts(_: Translate) -> Iterator[Message]:
    """Messages of their own, with the longest of what may stand in them."""
    receivers = [recipient.short for recipient in RECIPIENTS.values()]
    yield notice.notice(
        _,
        receivers=receivers,
        support_email=MAIL,
        policy_url=f"{SITE}/privacy",
        terms_url=f"{SITE}/terms",
        photo_waiting=True,
    )
    yield notice.people(_)
    yield notice.minor_with_account(_)
    yield privacy.summary(_, providers=receivers, site=SITE, support_email=MAIL, today=CURRENT.effective)
    old, today = VERSIONS[0].id, date(2026, 11, 25)
    yield privacy.news(_, version=CURRENT, old=old, site=SITE, support_email=MAIL, today=today)
    yield privacy.question(_, order=ID, version=CURRENT, old=old, site=SITE)
    yield photos.help_text(_, support_email=MAIL)
    for choice in KEEPINGS:
        yield export.my_data(_, [export.Holding(id, 999_999, today) for id in CATEGORIES], keep_photos=choice)
    yield export.too_large(_, at=datetime(2026, 11, 25), hours=24, address=f"{SITE}/zh-hant/v/{ID}")
    yield from about_deleting(_)
    yield languages.offer(_)
    yield languages.chosen(_)
    yield orders.motions(_, source=ID, photo=True, motions=[(motion.id, motion.name) for motion in FILMS])
    days = REFUND_WITHIN.days
    yield money.packs(_, free=99_999, prices=PRICES, packs=LINES, days=days)
    yield money.pay_support(_, refundable=GIVEN_BACK, days=days, support_email=MAIL)
    for provider in PROVIDERS:
        for allowed in (True, False):
            yield orders.offer(
                _,
                order=ID,
                title="",
                provider=provider,
                price=15,
                free=2,
                prompt="x" * 999,
                seconds=5,
                other=(10, 15),
                allowed=allowed,
            )
    for kept in (None, *KEEPINGS):
        yield choices.keeping(_, choice=kept, done=True)
    for choice in KEEPINGS:
        yield choices.shorter(_, choice=choice, before=None, now=9_999, later=9_999, first=today)
    for refused in ((), REFUSABLE):
        lead = choices.changed(_, REFUSABLE[0], allowed=not refused)
        yield choices.receivers(_, here=REFUSABLE, refused=refused, ended=9, under_way=9, lead=lead)


def test_captions_fit(_: Translate) -> None:
    assert max(len(shown(message.text)) for message in under_pictures(_)) <= CAPTION


def test_messages_fit(_: Translate) -> None:
    assert max(len(shown(message.text)) for message in texts(_)) <= TEXT


def test_alerts_fit(_: Translate) -> None:
    said = {code: len(failures.sentence(_, code)) for code in [*failures.SENTENCES, "unknown"]}
    assert {code: length for code, length in said.items() if length > ALERT} == {}


def test_invoices_fit(_: Translate) -> None:
    for line in LINES:
        title, description = money.invoice(_, pack=line, prices=PRICES, days=REFUND_WITHIN.days)
        assert 0 < len(title) <= TITLE and 0 < len(description) <= DESCRIPTION


def test_a_row_of_buttons_fits_a_phone(_: Translate) -> None:
    for message in (*texts(_), *under_pictures(_)):
        for row in message.keyboard:
            assert sum(width(button.text) for button in row) <= ROW, [button.text for button in row]
