"""The commands in Telegram's menu, with what each does."""

from __future__ import annotations

from wording.language import CHINESE, LANGUAGES, Translate, translate


def menu(_: Translate) -> dict[str, str]:
    """Command -> description, in the order of the menu."""
    return {
        "styles": _("The styles for your photo"),
        "animate": _("Turn your photo into a short video"),
        "photos": _("Your photos"),
        "balance": _("Your credits and what happened to them"),
        "packs": _("Get more credits"),
        "limit": _("A daily limit of your own"),
        "support": _("Write to support"),
        "paysupport": _("Payments and refunds"),
        "where": _("Where your photos went, and until when"),
        "keep": _("How long your photos stay"),
        "providers": _("Who may get your photos"),
        "language": ", ".join(name for name, _html in LANGUAGES.values()),
        "mydata": _("What we hold about you, and what goes next"),
        "export": _("A copy of all your data"),
        "delete": _("Delete photos, pictures, or everything"),
        "promotions": _("Promotional messages: yes or no"),
        "report": _("Report a picture or a person"),
        "privacy": _("What we keep, why and for how long"),
        "help": _("How it works"),
    }


def menus() -> dict[str | None, dict[str, str]]:
    """Two letters of a language -> its menu; None for everybody else. Telegram knows no script and no place here."""
    return {None: menu(translate(None)), CHINESE: menu(translate(CHINESE))}
