"""Templates in a language: the frame that all pages share, with the language switch and what search engines ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config import Settings
from web.site_languages import DEFAULT, PREFIXES, address
from wording.language import LANGUAGES, translate
from wording.policy import facts

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
STYLESHEET = STATIC / "site.css"
STYLE = f"/static/site.{sha256(STYLESHEET.read_bytes()).hexdigest()[:12]}.css"  # may be kept for ever


def site_url(settings: Settings) -> str:
    """Where this website is reached, without a slash at the end; on a development machine, this machine."""
    return settings.public_url.rstrip("/") or f"http://127.0.0.1:{settings.web_port}"


@dataclass(frozen=True)
class Switch:
    """The same page in another language."""

    name: str
    lang: str
    href: str
    url: str
    current: bool


class Layout:
    """Renders templates that extend base.html. Built once; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._facts = facts(settings)
        self._public_url = site_url(settings)
        self._bot = settings.telegram_bot
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, template: str, *, tag: str, path: str, listed: bool = True, **more: Any) -> str:
        """A page in the language `tag`. `path` is its address without the language, where the switch leads to; one
        that is not `listed` asks search engines to forget it."""
        text = self._environment.get_template(template).render(
            _=translate(tag),
            tag=tag,
            lang=LANGUAGES[tag][1],
            path=path,
            listed=listed,
            link=lambda to: address(tag, to),
            url=lambda to: self._public_url + to,
            switches=[self._switch(other, path, tag) for other in PREFIXES],
            default=self._public_url + address(DEFAULT, path),
            facts=self._facts,
            bot=f"https://t.me/{self._bot}" if self._bot else "",
            style=STYLE,
            **more,
        )
        return re.sub(r"\n\s*\n+", "\n", text)

    def _switch(self, other: str, path: str, tag: str) -> Switch:
        name, lang = LANGUAGES[other]
        href = address(other, path)
        return Switch(name, lang, href, self._public_url + href, other == tag)
