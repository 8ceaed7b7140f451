"""The information that goes with a copy of somebody's data: GDPR article 15(1)(a) to (h) and 15(2), from the register."""

from __future__ import annotations

import html

from policy.rights import PCPD_HOTLINE, PCPD_SITE
from wording.copy_of_data import document
from wording.language import Translate
from wording.policy import Facts, Paragraph, fillings
from wording.policy import document as policy
from wording.policy_tables import TABLES, Table


def sheet(_: Translate, facts: Facts) -> str:
    """information.html, in the order of the article."""
    parts = [
        f"<h1>{_('What your data is used for, who gets it, and your rights')}</h1>",
        f"<p>{_e(_('Responsible: {name}, {address}, {email}').format(name=facts.controller, address=facts.address, email=facts.email))}</p>",
        _part("a", _("What for"), _table(_, "purposes", facts)),
        _part("b", _("Which data"), _table(_, "collected", facts)),
        _part("c", _("Who receives it"), _table(_, "recipients", facts)),
        _part("d", _("How long it is kept"), _table(_, "retention", facts)),
        _part("e", _("Your rights"), _rights(_, facts)),
        _part(
            "f",
            _("Where to complain"),
            _p(
                _(
                    "To the Office of the Privacy Commissioner for Personal Data, Hong Kong: {site}, hotline {hotline}. In the "
                    "EU, EEA or United Kingdom, also to the data protection authority of where you live."
                ).format(site=PCPD_SITE, hotline=PCPD_HOTLINE)
            ),
        ),
        _part("g", _("Where it comes from"), _p(_("The source of each category stands under (b)."))),
        _part(
            "h",
            _("Automated decisions"),
            _p(
                _(
                    "No decision with legal or similar effect on you is made by a program alone, and no profile of you is made. "
                    "A list of words decides automatically whether a prompt may be sent to an AI provider; write to us if it "
                    "is wrong about yours."
                )
            ),
        ),
        f"<h2>{_e(_('Transfers to other places, and what protects them'))}</h2>",
        _table(_, "places", facts),
        *(_p(text) for text in _said(_, "transfers", facts)),
    ]
    return document(_, _("What your data is used for, who gets it, and your rights"), "\n".join(parts))


def _rights(_: Translate, facts: Facts) -> str:
    more = _(
        "You may also ask us to restrict what we do with your data, and object to what we do for a legitimate interest: write "
        "to {email}."
    ).format(email=facts.email)
    return _table(_, "rights", facts) + _p(more)


def _part(letter: str, title: str, body: str) -> str:
    return f"<h2>({letter}) {_e(title)}</h2>\n{body}"


def _p(text: str) -> str:
    return f"<p>{_e(text)}</p>"


def _table(_: Translate, name: str, facts: Facts) -> str:
    made: Table = TABLES[name](_, facts.recipients, fillings(_, facts), ())
    head = "".join(f"<th>{_e(cell)}</th>" for cell in made.head)
    rows = "".join("<tr>" + "".join(f"<td>{_e(cell)}</td>" for cell in row) + "</tr>" for row in made.rows)
    return f"<table><tr>{head}</tr>{rows}</table>"


def _said(_: Translate, section: str, facts: Facts) -> list[str]:
    """The sentences of a section of the policy's page."""
    [found] = [one for one in policy(_, facts).sections if one.id == section]
    return [part.text for part in found.parts if isinstance(part, Paragraph)]


def _e(text: str) -> str:
    return html.escape(text)
