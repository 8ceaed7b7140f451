"""Addresses of the website in the language of whoever is written to."""

from __future__ import annotations

from wording.language import ENGLISH, LANGUAGES, Translate, translate


def page(_: Translate, site: str, path: str) -> str:
    """Where `path` ("/privacy") stands on the website at `site`, in the language of `_`."""
    tag = next((tag for tag in LANGUAGES if translate(tag) is _), ENGLISH)
    return f"{site.rstrip('/')}{'' if tag == ENGLISH else f'/{tag}'}{path}"


def differences(_: Translate, site: str, old: str, new: str) -> str:
    """Where the difference between two versions of the policy stands, in words."""
    return page(_, site, f"/privacy/versions/{old}/{new}")
