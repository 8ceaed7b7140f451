"""/report: anybody tells us of a picture or an account, without one of their own. It opens a case and freezes nobody.

What is written goes sealed into the database and nowhere else: into no log, no address, no cookie.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

import crash
from errors import Rejected
from policy.limits import LONGEST_CONTACT, LONGEST_REPORT
from policy.reports import KINDS
from policy.terms import N_
from privacy.reports import Said
from privacy.requests import WEB
from privacy.sweep import period_of
from web.headers import WITH_OWN_FORMS
from web.limits import KEY, Limiter
from web.site_languages import PREFIXES, address
from web.site_layout import Layout
from wording.language import Translate, translate
from wording.periods import period
from wording.reports import HOURS, grouped
from workers.house import House

PATH, TEMPLATE = "/report", "report.html"
MOST = 10  # reports from one address in a window: the page is there for people, and a person reads each
FORM = 12 * (2 * LONGEST_REPORT + LONGEST_CONTACT) + 4096  # bytes: the fields full of what is longest in a form
TRAP = "website"  # a field that no person sees
FIELDS = ("kind", "words", "place", "contact")

WRONG = {
    "kind": N_("Please choose what it is about."),
    "nothing": N_("Please write what is wrong, or where you saw it."),
    "report.too_long": N_("That is too long for one report. Please write the most important part."),
    "trap": N_("The last field must stay empty: only programs fill it in. Please send the report again."),
}


def limiter(house: House, **more: Any) -> Limiter:
    """Counts reports, under a name of its own, beside the visits."""
    return Limiter(house.settings, **{"most": MOST, "key": f"{KEY}report:", **more})


def shows(_: Translate, house: House) -> dict[str, Any]:
    """What the page needs before anybody wrote anything."""
    del house
    return _shown(_)


def blueprint(house: House, layout: Layout, *, reports: Limiter | None = None) -> Blueprint:
    """What the page's form is sent to."""
    routes = Blueprint("reports", __name__)
    slow = reports or limiter(house)

    def answer(tag: str, status: int = 200, **more: Any) -> Response:
        page = layout.render(TEMPLATE, tag=tag, path=PATH, **_shown(translate(tag), **more))
        response = Response(page, status=status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = WITH_OWN_FORMS
        return response

    def take(tag: str) -> Response:
        if wait := slow.wait(slow.visitor()):
            raise TooManyRequests(retry_after=wait)
        request.max_content_length = FORM
        try:
            sent = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
            trapped = bool(request.form.get(TRAP))
        except RequestEntityTooLarge:
            return answer(tag, 413, wrong="report.too_long")
        wrong = "trap" if trapped else _wrong(sent)
        if wrong is not None:
            return answer(tag, 400, wrong=wrong, sent=sent)
        try:
            with house.database.unit() as unit:
                row = house.reports.open(unit, Said(source=WEB, **sent))
        except Rejected as error:
            return answer(tag, 400, wrong=error.code, sent=sent)
        crash.at("report.opened")
        return answer(tag, number=grouped(row.id))

    for tag in PREFIXES:
        rule = address(tag, PATH)
        routes.add_url_rule(rule, f"take {tag}", take, defaults={"tag": tag}, methods=["POST"])
    return routes


def _wrong(sent: dict[str, str]) -> str | None:
    if sent["kind"] not in KINDS:
        return "kind"
    return None if sent["words"] or sent["place"] else "nothing"


def _shown(
    _: Translate, *, number: str = "", wrong: str | None = None, sent: dict[str, str] | None = None
) -> dict[str, Any]:
    """Whoever made a mistake gets back what they wrote."""
    return {
        "kinds": [(kind, _(name)) for kind, name in KINDS.items()],
        "hours": HOURS,
        "kept": period(_, period_of("support")),
        "longest": LONGEST_REPORT,
        "longest_contact": LONGEST_CONTACT,
        "number": number,
        "wrong": _(WRONG[wrong]) if wrong else "",
        "sent": sent or dict.fromkeys(FIELDS, ""),
        "trap": TRAP,
    }
