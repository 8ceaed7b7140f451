"""The vocabulary of the register: what a declaration consists of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def N_(text: str) -> str:
    """Mark a sentence for translation where it is declared; it is translated where it is shown."""
    return text


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long a category is kept. `period` counts from `start`; None means: until `start` itself happens.

    `words` is a sentence in which `{period}` stands for the number; `wording.periods.kept` fills it in.
    """

    start: str
    period: timedelta | None
    words: str


@dataclass(frozen=True, kw_only=True)
class Location:
    """A place where data are processed, and by whom for what. `setting` names it more exactly where it is given."""

    id: str
    what: str
    place: str
    setting: str | None = None


@dataclass(frozen=True, kw_only=True)
class Category:
    """A class of data. `promises` are the ids of the policy's statements it stands for."""

    id: str
    name: str
    data: str
    source: str
    retention: Retention
    promises: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """Why data may be opened. What is not granted here raises in `custody`. `note` says what the categories do not."""

    id: str
    name: str
    basis: str
    categories: frozenset[str]
    promises: tuple[str, ...]
    note: str = ""
    own_use: bool = False  # the person's own use of their own data: not written to the access record


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody data goes to. `hosts` are the only names a process of ours may connect to.

    `keeps_words` is a sentence like that of a Retention, with `{period}` for `keeps`.
    """

    id: str
    name: str
    short: str
    country: str
    role: str
    receives: str
    categories: frozenset[str]
    keeps: timedelta | None
    keeps_words: str
    hosts: tuple[str, ...]
    setting: str | None  # the setting whose address must be one of `hosts`
    promises: tuple[str, ...]
    model: str = ""  # the AI model, where they are the provider of one
    only_with: str | None = None  # the setting without which nothing goes to them
    file_hosts: tuple[
        str, ...
    ] = ()  # domains, and all below them, from which results are fetched; nothing is sent there


@dataclass(frozen=True, kw_only=True)
class NotPersonal:
    """A column, key or field outside every category, with the reason why it tells nothing about a person."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """A class of people that data is about."""

    name: str
    categories: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Right:
    """What a person may demand, and how."""

    id: str
    name: str
    means: str
    how: str
    promise: str


@dataclass(frozen=True)
class Say:
    """A paragraph of the policy's page. `{…}` stand for settings and for numbers of the register."""

    text: str
    promises: tuple[str, ...]


@dataclass(frozen=True)
class Show:
    """A table of the policy's page, made from the register."""

    table: str
    promises: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One of the 14 sections."""

    id: str
    title: str
    says: tuple[Say | Show, ...]


@dataclass(frozen=True)
class Promise:
    """A fact that the policy states, and how it is kept today; `how` is empty while nothing proves it.

    `period_of` is the category whose number fills `{period}` in `says`.
    """

    id: str
    says: str
    how: str = ""
    period_of: str = ""


@dataclass(frozen=True)
class Open:
    """A promise that no test proves yet: the part of the service that is missing, and what is lacking."""

    area: str
    why: str
