"""Receipts on the website: anybody may check one, or look one up by its number. Nothing of it is kept or logged.

A number tells nothing about a person, but whoever has it may read the receipt: so it is posted, and is in no address.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, request

from privacy.receipt_body import PATH
from privacy.receipt_form import LARGEST, NUMBER, Checked, check
from privacy.receipts import JSON, Found
from privacy.sweep import period_of
from vault.signing import PublicKey
from web.headers import WITH_OWN_FORMS
from web.site_languages import PREFIXES, address
from web.site_layout import Layout
from web.site_memory import Kept, Memory
from wording.language import Translate, translate
from wording.periods import period
from wording.receipt_in_words import VERDICTS, Told, told
from workers.house import House

TEMPLATE = "receipts.html"
KEYS = f"{PATH}/keys.json"
FORM = LARGEST + 16 * 1024  # bytes of a form around a receipt: less than what would be put aside on a disk
SIGNED = "jq -jcS 'del(.signature)' receipt.json > signed"
SIGNATURE = "jq -r .signature receipt.json | base64 -d > signature"
VERIFY = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in signed -sigfile signature"


def shows(_: Translate, house: House) -> dict[str, Any]:
    """What the page needs before anybody asked anything."""
    return _shown(_, house, {})


def blueprint(house: House, layout: Layout) -> Blueprint:
    """The keys, and what the page's forms are sent to."""
    routes = Blueprint("receipts", __name__)
    memory = Memory()

    def answer(tag: str, status: int = 200, **found: Any) -> Response:
        page = layout.render(TEMPLATE, tag=tag, path=PATH, **_shown(translate(tag), house, found))
        response = Response(page, status=status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = WITH_OWN_FORMS
        return response

    def check_it(tag: str) -> Response:
        request.max_content_length = FORM
        _, checked = translate(tag), check(house.receipts.keys, _sent())
        return answer(tag, verdict=_verdict(_, checked), told=_told(_, checked))

    def find(tag: str) -> Response:
        request.max_content_length = FORM
        found = house.receipts.find(request.form.get("number", ""))
        if found is None:
            return answer(tag, 404, missing=True)
        _, checked = translate(tag), check(house.receipts.keys, found.text)
        return answer(tag, verdict=_verdict(_, checked), told=_told(_, checked), found=_found(found))

    def give(tag: str) -> Response:
        del tag
        request.max_content_length = FORM
        found = house.receipts.find(request.form.get("number", ""))
        if found is None:
            abort(404)
        response = Response(found.text, mimetype=JSON)
        response.headers["Content-Disposition"] = f'attachment; filename="{_name(found)}"'
        response.headers["Cache-Control"] = "no-store"
        return response

    @routes.get(KEYS)
    def keys() -> Response:
        text = json.dumps({"keys": [_as_json(key) for key in house.receipts.keys.public()]}, indent=1)
        return memory.get(KEYS, lambda: Kept.of(text, mimetype=JSON)).answer()

    for tag in PREFIXES:
        for rule, view in ((f"{PATH}/check", check_it), (f"{PATH}/find", find), (f"{PATH}/file", give)):
            routes.add_url_rule(
                address(tag, rule), f"{view.__name__} {tag}", view, defaults={"tag": tag}, methods=["POST"]
            )
    return routes


def _sent() -> bytes:
    """The file where there is one, else the text."""
    file = request.files.get("file")
    content = file.read(FORM) if file else b""
    return content or request.form.get("text", "").encode("utf-8", "replace")


def _shown(_: Translate, house: House, found: dict[str, Any]) -> dict[str, Any]:
    nothing = {"verdict": None, "told": None, "found": None, "missing": False}
    return {
        **nothing,
        "kept": period(_, period_of("erasures")),
        "keys": house.receipts.keys.public(),
        "keys_address": KEYS,
        "commands": (SIGNED, SIGNATURE, VERIFY),
        **found,
    }


def _verdict(_: Translate, checked: Checked) -> dict[str, str]:
    name, meaning = VERDICTS[checked.verdict]
    return {"kind": checked.verdict.replace(" ", "-"), "name": _(name), "meaning": _(meaning)}


def _told(_: Translate, checked: Checked) -> Told | None:
    return told(_, checked.body) if checked.body else None


def _found(found: Found) -> dict[str, str]:
    return {"number": found.body["number"], "due": f"{found.due_at:%Y-%m-%d}" if found.due_at else ""}


def _name(found: Found) -> str:
    number = str(found.body["number"])
    assert NUMBER.fullmatch(number)
    return f"miomio-receipt-{number[:8]}-{found.body['stage']}.json"


def _as_json(key: PublicKey) -> dict[str, Any]:
    return {"id": key.id, "algorithm": "Ed25519", "pem": key.pem, "signs": key.signs}
