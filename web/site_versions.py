"""Every published version of the policy: the list, each to be read, any two to be compared in words."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, abort, redirect, request

from policy.snapshots import PUBLISHED
from policy.versions import BY_ID, CURRENT, VERSIONS
from web.headers import WITH_OWN_FORMS
from web.site_languages import DEFAULT, PREFIXES, address
from web.site_layout import Layout
from web.site_memory import Kept, Memory
from wording.changes import compare
from wording.language import translate
from wording.policy import document, facts
from wording.snapshot import UNFILLED, published
from workers.house import House

PATH = "/privacy/versions"
PATHS = (PATH, *(f"{PATH}/{version.id}" for version in VERSIONS))


def install(routes: Blueprint, house: House, layout: Layout, memory: Memory) -> None:
    """The routes, in every language."""
    told = facts(house.settings)
    at_publication = replace(told, recipients=UNFILLED.recipients)  # also of those that this machine does not call

    def versions(tag: str) -> Response:
        make = partial(layout.render, "versions.html", tag=tag, path=PATH)
        answer = memory.get((PATH, tag), lambda: Kept.of(make(versions=VERSIONS[::-1], current=CURRENT))).answer()
        answer.headers["Content-Security-Policy"] = WITH_OWN_FORMS
        return answer

    def version(tag: str, version: str) -> Response:
        if version not in BY_ID:
            abort(404)
        return memory.get((version, tag), lambda: _version(tag, version)).answer()

    def _version(tag: str, version: str) -> Kept:
        newest = version == CURRENT.id
        translated = newest and tag != DEFAULT
        shown = document(translate(tag), at_publication) if translated else published(version, told)
        path = f"{PATH}/{version}"
        return Kept.of(layout.render("version.html", tag=tag, path=path, document=shown, newest=newest))

    def choose(tag: str) -> Response:
        one, other = request.args.get("one", ""), request.args.get("other", "")
        if one not in BY_ID or other not in BY_ID:
            abort(404)
        return redirect(address(tag, difference(one, other)), code=303)  # type: ignore[return-value]  # werkzeug's

    def changes(tag: str, one: str, other: str) -> Response:
        if one not in BY_ID or other not in BY_ID:
            abort(404)
        path = difference(one, other)
        if path != f"{PATH}/{one}/{other}":
            return redirect(address(tag, path), code=308)  # type: ignore[return-value]  # werkzeug's
        return memory.get((one, other, tag), lambda: _changes(tag, path, one, other)).answer()

    def _changes(tag: str, path: str, one: str, other: str) -> Kept:
        found = compare(translate(tag), one, other, told)
        return Kept.of(layout.render("changes.html", tag=tag, path=path, found=found))

    @routes.get(f"{PATH}/<version>.json")
    def exactly(version: str) -> Response:
        """The file that was published, whose SHA-256 the pages name."""
        if version not in BY_ID:
            abort(404)
        file = PUBLISHED / f"{version}.json"
        kept = memory.get(file, lambda: Kept.of(file.read_text(encoding="utf-8"), mimetype="application/json"))
        return kept.answer()

    for tag in PREFIXES:
        for rule, view in (
            (PATH, versions),
            (f"{PATH}/compare", choose),
            (f"{PATH}/<version>", version),
            (f"{PATH}/<one>/<other>", changes),
        ):
            routes.add_url_rule(address(tag, rule), f"{view.__name__} {tag}", view, defaults={"tag": tag})


def difference(one: str, other: str) -> str:
    """Where two versions are compared: the older first; a version with itself is the version."""
    if one == other:
        return f"{PATH}/{one}"
    older, newer = sorted((one, other), key=lambda id: BY_ID[id].published)
    return f"{PATH}/{older}/{newer}"
