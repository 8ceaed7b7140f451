"""The files that search engines and researchers ask for: robots.txt, sitemap.xml, security.txt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from flask import Blueprint, Response

from config import Settings
from generation.links import PATH as DOWNLOADS
from web.site_languages import DEFAULT, PREFIXES, address
from web.site_layout import site_url
from web.site_memory import Kept, Memory
from wording.language import LANGUAGES

DAY = "public, max-age=86400"
SECURITY = "/.well-known/security.txt"
VALID = timedelta(days=180)  # RFC 9116 recommends less than a year


def install(routes: Blueprint, settings: Settings, paths: Iterable[str], *, now: Callable[[], datetime]) -> None:
    """`paths` are the pages, without a language; `now` is naive UTC."""
    memory = Memory()
    site = site_url(settings)
    listed = tuple(paths)

    @routes.get("/robots.txt")
    def robots() -> Response:
        closed = "".join(f"Disallow: {address(tag, DOWNLOADS)}\n" for tag in PREFIXES)
        text = f"User-agent: *\n{closed}Sitemap: {site}/sitemap.xml\n"
        return memory.get("robots", lambda: Kept.of(text, mimetype="text/plain", cache=DAY)).answer()

    @routes.get("/sitemap.xml")
    def sitemap() -> Response:
        made = memory.get("sitemap", lambda: Kept.of(sitemap_of(site, listed), mimetype="application/xml", cache=DAY))
        return made.answer()

    @routes.get(SECURITY)
    def security() -> Response:
        expires = (now() + VALID).replace(hour=0, minute=0, second=0, microsecond=0)
        contact = f"mailto:{settings.support_email}" if settings.support_email else f"{site}/contact"
        lines = (
            f"Contact: {contact}",
            f"Expires: {expires.isoformat()}Z",
            f"Preferred-Languages: {', '.join(sorted({lang.partition('-')[0] for __, lang in LANGUAGES.values()}))}",
            f"Canonical: {site}{SECURITY}",
        )
        made = memory.get(expires, lambda: Kept.of("\n".join(lines) + "\n", mimetype="text/plain", cache=DAY))
        return made.answer()


def sitemap_of(site: str, paths: Iterable[str]) -> str:
    """Every page in every language, each with its fellows."""
    entries = []
    for path in paths:
        fellows = "".join(
            f'<xhtml:link rel="alternate" hreflang="{lang}" href="{escape(site + address(tag, path))}"/>'
            for tag, lang in (*((tag, LANGUAGES[tag][1]) for tag in PREFIXES), (DEFAULT, "x-default"))
        )
        entries += [f"<url><loc>{escape(site + address(tag, path))}</loc>{fellows}</url>" for tag in PREFIXES]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        + "\n".join(entries)
        + "\n</urlset>\n"
    )
