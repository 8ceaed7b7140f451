"""The readable page of a copy of somebody's data: HTML that needs nothing but the files beside it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from policy.categories import CATEGORIES
from policy.recipients import RECIPIENTS
from wording.corrections import Note
from wording.language import LANGUAGES, Translate, listed, translate
from wording.money import MovementLine, movement
from wording.periods import kept
from wording.whereabouts import FIELDS, Sending, remaining

PHOTO, PICTURE, VIDEO = "photo", "picture", "video"
STYLE = """
:root{color-scheme:light dark;--back:#fff;--text:#1b1b1f;--link:#1747a6;--line:#d5d7de;--soft:#f1f2f5}
@media (prefers-color-scheme:dark){:root{--back:#16171a;--text:#e9e9ee;--link:#9db8ff;--line:#3a3c44;--soft:#23252b}}
body{font:16px/1.55 system-ui,sans-serif;margin:0;background:var(--back);color:var(--text)}
main{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 4rem}a{color:var(--link)}
h1{font-size:1.7rem;line-height:1.2}h2{font-size:1.2rem;margin:2.4rem 0 .6rem}
table{border-collapse:collapse;width:100%;font-size:.95rem;overflow-wrap:anywhere}
th,td{text-align:start;padding:.45rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:1rem}
figure{margin:0;background:var(--soft);border-radius:.6rem;overflow:hidden}
figure img,figure video{display:block;width:100%;height:13rem;object-fit:cover;background:var(--line)}
figcaption{padding:.6rem .7rem;font-size:.9rem;overflow-wrap:anywhere}
"""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A photo, picture or video. `file` is its path beside the page, empty where only its record is left; `words` is
    what was written or chosen, `from_file` what it was made from."""

    kind: str
    at: datetime
    file: str = ""
    words: str = ""
    from_file: str = ""


@dataclass(frozen=True)
class Paid:
    """A payment as the books have it."""

    at: datetime
    pack: str
    credits: int
    stars: int
    state: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message of a ticket. `file` is the path of what came with it, empty where there was none or it is gone."""

    number: int
    at: datetime
    mine: bool
    text: str
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Story:
    """All that the page tells. `account`: field -> value. `counts`: category -> records in `data/`. `gone`: what was
    deleted between the asking and the making; `locked`: pictures that nobody may open while a report is looked at."""

    asked_at: datetime
    account: Sequence[tuple[str, str]]
    pieces: Sequence[Piece]
    sendings: Sequence[Sending]
    movements: Sequence[MovementLine]
    payments: Sequence[Paid]
    agreed: Sequence[tuple[datetime, str]]
    notes: Sequence[Note]
    letters: Sequence[Letter]
    counts: Sequence[tuple[str, int]]
    gone: int
    locked: int = 0


def page(_: Translate, story: Story) -> str:
    """index.html: what a person wants to see first stands first."""
    files = [piece for piece in story.pieces if piece.file]
    lead = _(
        "This is a copy of everything that MIOMIO held about you on {date}. What came later is not in it. The same, "
        "complete and for programs, stands in the folder data."
    ).format(date=when(story.asked_at))
    parts = [
        f"<h1>{_('Your data at MIOMIO')}</h1>",
        f"<p>{_e(lead)}</p>",
        f'<p><a href="information.html">{_("What your data is used for, who gets it, and your rights")}</a></p>',
        f"<p>{_e(_gone(_, story.gone))}</p>" if story.gone else "",
        f"<p>{_e(_locked(_, story.locked))}</p>" if story.locked else "",
        _section(_("Your account"), _table((), ([_e(name), _e(value)] for name, value in story.account))),
        _section(_("Your photos"), _grid(_, [piece for piece in files if piece.kind == PHOTO])),
        _section(_("Your pictures and videos"), _grid(_, [piece for piece in files if piece.kind != PHOTO])),
        _section(_("What you asked for, and what is no longer here"), _bare(_, story.pieces)),
        _section(_("Where your photos and pictures went"), _sent(_, story)),
        _section(_("Your credits"), _ledger(_, story.movements)),
        _section(_("Your payments"), _payments(_, story.payments)),
        _section(_("Your messages to support, and our answers"), _letters(_, story.letters)),
        _section(
            _("What you agreed to"),
            _table((), ([_e(when(at)), _e(what)] for at, what in story.agreed), empty=_("None.")),
        ),
        _notes(_, story.notes),
        _section(_("Everything that is kept, by category"), _held(_, story.counts)),
    ]
    return document(_, _("Your data at MIOMIO"), "\n".join(parts))


def document(_: Translate, title: str, body: str) -> str:
    """A page of its own, in the language of `_`."""
    lang = next((code for tag, (_name, code) in LANGUAGES.items() if translate(tag) is _), "en")
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_e(title)}</title><style>{STYLE}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )


def agreement(_: Translate, kind: str, version: str) -> str:
    """An acceptance in words."""
    if kind == "people":
        return _("The people in your photos agree")
    if kind == "notice":
        return _("You are of age, and you agree to the privacy policy of {version}").format(version=version)
    return f"{kind} {version}"


def _grid(_: Translate, pieces: Sequence[Piece]) -> str:
    figures = [f"<figure>{_shown(_, piece)}<figcaption>{_caption(_, piece)}</figcaption></figure>" for piece in pieces]
    return f'<div class="grid">{"".join(figures)}</div>' if figures else f"<p>{_('None.')}</p>"


def _shown(_: Translate, piece: Piece) -> str:
    file, name = _e(piece.file), _e(f"{_names(_)[piece.kind]} {when(piece.at)}")
    if piece.kind == VIDEO:
        return f'<video controls preload="none" aria-label="{name}" src="{file}"></video>'
    return f'<a href="{file}"><img loading="lazy" alt="{name}" src="{file}"></a>'


def _names(_: Translate) -> dict[str, str]:
    return {PHOTO: _("Photo"), PICTURE: _("Picture"), VIDEO: _("Video")}


def _caption(_: Translate, piece: Piece) -> str:
    made_from = f'<br><a href="{_e(piece.from_file)}">{_("Made from this")}</a>' if piece.from_file else ""
    return f"{_e(when(piece.at))}<br>{_e(piece.words)}{made_from}"


def _bare(_: Translate, pieces: Sequence[Piece]) -> str:
    names = _names(_)
    rows = ([_e(when(p.at)), _e(names[p.kind]), _e(p.words or "–")] for p in pieces if not p.file)
    return _table((), rows, empty=_("None."))


def _sent(_: Translate, story: Story) -> str:
    rows = []
    for sending in story.sendings:
        known = RECIPIENTS.get(sending.recipient)
        what = listed(_, (_(FIELDS[name]) if name in FIELDS else name for name in sending.categories))
        until = remaining(_, sending, now=story.asked_at)
        rows.append([_e(when(sending.at)), _e(_(known.name) if known else sending.recipient), _e(what), _e(until)])
    head = (_("When"), _("To whom"), _("What"), _("How long they may keep it"))
    return _table(head, rows, empty=_("Nothing of yours was sent to an AI provider."))


def _ledger(_: Translate, movements: Sequence[MovementLine]) -> str:
    """Oldest first, with what was there after each."""
    rows, there = [], 0
    for line in movements:
        there += line.credits
        rows.append([_e(when(line.at)), _e(movement(_, line)), _number(f"{line.credits:+d}"), _number(str(there))])
    return _table((_("When"), _("What"), _("Credits"), _("There after it")), rows, empty=_("None."))


def _payments(_: Translate, payments: Sequence[Paid]) -> str:
    states = {"paid": _("paid"), "refunded": _("given back"), "refunding": _("being given back")}
    rows = (
        [
            _e(when(one.at)),
            _e(_(one.pack)),
            _number(str(one.credits)),
            _number(f"{one.stars} ⭐"),
            _e(states.get(one.state, one.state)),
        ]
        for one in payments
    )
    return _table((_("When"), _("Pack"), _("Credits"), _("Paid"), _("State")), rows, empty=_("None."))


def _letters(_: Translate, letters: Sequence[Letter]) -> str:
    rows = []
    for one in letters:
        file = f'<br><a href="{_e(one.file)}">{_("File")}</a>' if one.file else ""
        text = "<br>".join(_e(line) for line in one.text.splitlines())
        rows.append([_number(str(one.number)), _e(when(one.at)), _("You") if one.mine else _("Support"), text + file])
    return _table((_("Ticket"), _("When"), _("Who"), _("What")), rows, empty=_("None."))


def _notes(_: Translate, notes: Sequence[Note]) -> str:
    """Only where there are any."""
    if not notes:
        return ""
    rows = []
    for note in notes:
        about = _(CATEGORIES[note.category].name) if note.category in CATEGORIES else note.category
        rows.append([_e(when(note.at)), _e(about), _e(note.words)])
    return _section(_("Your notes on data that stayed as they are"), _table((), rows))


def _held(_: Translate, counts: Sequence[tuple[str, int]]) -> str:
    rows = []
    for id, count in counts:
        category = CATEGORIES[id]
        file = f'<a href="data/{id}.json">{_e(_(category.name))}</a>'
        rows.append([file, _number(str(count)), _e(kept(_, category.retention))])
    return _table((_("Category"), _("Records"), _("Kept")), rows)


def _locked(_: Translate, count: int) -> str:
    return _(
        "Pictures and videos that are not in this copy, because they are locked while we look into a report: {count}. "
        "When the lock goes, ask for a copy again."
    ).format(count=count)


def _gone(_: Translate, count: int) -> str:
    return _("Records and files deleted since you asked, which are therefore not in this copy: {count}").format(
        count=count
    )


def _section(title: str, body: str) -> str:
    return f"<h2>{_e(title)}</h2>\n{body}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str = "") -> str:
    """`rows` are HTML; `head` is text."""
    lines = ["".join(cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in row) for row in rows]
    if not lines:
        return f"<p>{_e(empty)}</p>"
    top = f"<tr>{''.join(f'<th>{_e(one)}</th>' for one in head)}</tr>" if head else ""
    return f"<table>{top}{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _number(text: str) -> str:
    return f'<td class="n">{_e(text)}</td>'


def when(at: datetime) -> str:
    """A moment, the same for everybody."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _e(text: str) -> str:
    return html.escape(text)
