"""The policy as a page of 14 sections, in any language, from the register and the settings. Plain text, no markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from config import Settings
from policy.categories import ACCOUNT_GRACE, ADDRESS_HASH, KEY_BACKUP
from policy.choices import EACH, KEEPINGS, WEEK
from policy.limits import REPORT_WITHIN
from policy.rights import ANSWER_WITHIN, PCPD_HOTLINE, PCPD_SITE, TOLD_OF
from policy.terms import HOUR, Recipient, Say
from policy.text import SECTIONS, TITLE
from policy.versions import CURRENT
from providers.origins import recipients
from wording.language import Translate, listed
from wording.periods import period
from wording.policy_tables import TABLES, Table, models


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the settings say: the controller's name, postal address and e-mail, the servers' place, who receives data."""

    controller: str
    address: str
    email: str
    location: str
    recipients: Sequence[Recipient]


def facts(settings: Settings) -> Facts:
    """As this program is configured. Production never starts without them; a development machine says so."""
    return Facts(
        controller=settings.controller_name or "MIOMIO (development)",
        address=settings.controller_address or "not set in development",
        email=settings.support_email or "not set in development",
        location=settings.data_location or "this machine (development)",
        recipients=tuple(recipients(settings)),
    )


@dataclass(frozen=True)
class Paragraph:
    """`promises` are the ids of the statements that it makes."""

    text: str
    promises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """`number` is 1 to 14, `id` a word for addresses."""

    number: int
    id: str
    title: str
    parts: tuple[Paragraph | Table, ...]


@dataclass(frozen=True)
class Document:
    """A version of the policy, ready to be shown. `digest` is the SHA-256 of what was published, in hex."""

    title: str
    version: str
    published: date
    effective: date
    digest: str
    sections: tuple[Section, ...]


def document(_: Translate, facts: Facts) -> Document:
    """The newest version, in the language of `_`."""
    words = fillings(_, facts)
    return Document(
        title=_(TITLE),
        version=CURRENT.id,
        published=CURRENT.published,
        effective=CURRENT.effective,
        digest=CURRENT.fingerprint,
        sections=tuple(
            Section(
                number,
                part.id,
                _(part.title),
                tuple(
                    Paragraph(_(said.text).format(**words), said.promises)
                    if isinstance(said, Say)
                    else TABLES[said.table](_, facts.recipients, words, said.promises)
                    for said in part.says
                ),
            )
            for number, part in enumerate(SECTIONS, start=1)
        ),
    )


def fillings(_: Translate, facts: Facts) -> dict[str, str]:
    """Placeholder of the text -> what stands there."""
    return {
        **facts_of(facts),
        "models": listed(_, models(_, facts.recipients)),
        "ip_hash": period(_, ADDRESS_HASH),
        "key_backup": period(_, KEY_BACKUP),
        "account_grace": period(_, ACCOUNT_GRACE),
        "keep_week": period(_, KEEPINGS[WEEK].period),
        "keep_day": period(_, KEEPINGS[EACH].period),
        "told_of": period(_, TOLD_OF),
        "answer_within": period(_, ANSWER_WITHIN),
        "report_hours": str(REPORT_WITHIN // HOUR),
        "pcpd_site": PCPD_SITE,
        "pcpd_hotline": PCPD_HOTLINE,
    }


def facts_of(facts: Facts) -> dict[str, str]:
    """Those of the placeholders that the settings fill."""
    return {
        "controller": facts.controller,
        "address": facts.address,
        "email": facts.email,
        "location": facts.location,
    }
