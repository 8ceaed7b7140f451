"""Every page there is: what the site map names, what any page links to, and those that nobody links to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import requests

from tests.site.serving import Site

PREFIXES = {"en": "", "zh-Hant": "/zh-hant", "zh-Hans": "/zh-hans"}
NOWHERE = "/there-is-no-such-page"
LOCATION = re.compile(r"<loc>([^<]+)</loc>")
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
ALTERNATE = re.compile(r'<link\b[^>]*?\brel="alternate"[^>]*?\bhref="([^"]*)"')


@dataclass(frozen=True)
class Shown:
    """A page as a stranger gets it."""

    path: str
    status: int
    html: str

    @property
    def language(self) -> str:
        """By its address."""
        return next(tag for tag, prefix in reversed(PREFIXES.items()) if f"{self.path}/".startswith(f"{prefix}/"))

    def links(self, url: str) -> set[tuple[str, str]]:
        """Addresses on this site that it links to, as path (with query) and fragment."""
        found = set()
        for href in (*LINK.findall(self.html), *ALTERNATE.findall(self.html)):
            address, fragment = urldefrag(urljoin(url + self.path, unescape(href)))
            if address.startswith(f"{url}/"):
                found.add((address.removeprefix(url), fragment))
        return found


def everything(site: Site) -> dict[str, Shown]:
    """By path, files included. One-time addresses are not looked for: they are made where they are needed."""
    wanted = {"/", *site_map(site), *(f"{prefix}{NOWHERE}" for prefix in PREFIXES.values())}
    found: dict[str, Shown] = {}
    while todo := wanted - found.keys():
        for path in sorted(todo):
            found[path] = _shown(site, path)
            wanted |= {address for address, _ in found[path].links(site.url)}
    return found


def site_map(site: Site) -> list[str]:
    answer = requests.get(f"{site.url}/sitemap.xml", timeout=30)
    answer.raise_for_status()
    return [urlsplit(unescape(address)).path for address in LOCATION.findall(answer.text)]


def _shown(site: Site, path: str) -> Shown:
    """Without a body when it is no page but a file."""
    answer = requests.get(site.url + path, timeout=30, allow_redirects=False)
    html = answer.headers["Content-Type"].startswith("text/html")
    return Shown(path, answer.status_code, answer.text if html else "")
