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
        "paysupport": _("Payments and refunds"),
        "where": _("Where your photos went, and until when"),
        "language": ", ".join(name for name, _html in LANGUAGES.values()),
        "privacy": _("What we keep, why and for how long"),
        "help": _("How it works"),
    }


def menus() -> dict[str | None, dict[str, str]]:
    """Two letters of a language -> its menu; None for everybody else. Telegram tells no script or place from another:
    where that is wrong, a chat gets a menu of its own."""
    return {None: menu(translate(None)), CHINESE: menu(translate(CHINESE))}


def is_wrong_for(code: str | None, menu_of: Translate) -> bool:
    """Whether `menus` gives a person whose app speaks `code` another language than theirs."""
    letters = (code or "").lower().replace("_", "-").partition("-")[0]
    return translate(letters) is not menu_of
