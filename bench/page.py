"""The page of all figures: one file, no script, nothing from elsewhere, for a phone and for light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure, NotAFigure, Report, read
from bench.plots import bars, said
from bench.sides import ITSELF, LIMIT, OURS, PEER, SIDES

if TYPE_CHECKING:
    from bench.programs import Program

# What others write beside the figures: shown as links where it is there.
OTHERS = {
    "chaos": "Under faults",
    "cluster": "On several machines",
    "growth": "At a hundred times the rows",
    "capacity": "Capacity",
    "profile": "Where the time goes",
    "image": "The image",
}
BUSY = 0.5  # of a core, before a program began: then its figures are not those of a quiet machine
STYLE = """
:root{color-scheme:light dark;--ink:#1c1e21;--dim:#5f6670;--back:#fff;--line:#d9dde3;--ours:#1f6feb;--limit:#8a919c;
--peer:#c26a00;--itself:#7b5ea7;--good:#1a7f37;--bad:#c1121f}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--dim:#9aa3ae;--back:#14171b;--line:#333a43;--ours:#5b9dff;
--limit:#7d8590;--peer:#e39a3b;--itself:#a98bd6;--good:#4ac26b;--bad:#ff7b72}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);margin:0 auto;padding:1rem;
max-width:44rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1rem}
h3{font-size:1rem;margin:1.5rem 0 .25rem}p,dd{margin:.25rem 0}dd{margin-left:1rem}
.dim,figcaption{color:var(--dim);font-size:.875rem}
figure{margin:.5rem 0}svg{width:100%;height:auto;display:block}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
svg .dim{fill:var(--dim)}.met{color:var(--good)}.missed{color:var(--bad)}.met,.missed{font-weight:600}
.ours{fill:var(--ours)}.limit{fill:var(--limit)}.peer{fill:var(--peer)}.itself{fill:var(--itself)}
.spread{stroke:var(--ink);stroke-width:1.5}.goal{stroke:var(--bad);stroke-width:2;stroke-dasharray:4 3}
a{color:var(--ours)}.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem}
td,th{padding:.25rem .5rem;border-bottom:1px solid var(--line);text-align:right}
td:first-child,th:first-child{text-align:left}
"""


def draw(folder: Path, programs: Sequence[Program]) -> Path:
    """Write `index.html` beside the results. A result that must not be shown is named as one, with the reason."""
    reports: dict[str, Report] = {}
    refused: dict[str, str] = {}
    for program in programs:
        path = folder / f"{program.name}.json"
        try:
            if path.exists():
                reports[program.name] = _demanded(program, read(path))
        except NotAFigure as error:
            refused[program.name] = str(error)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    page.write_text(_page(reports, refused, programs, _others(folder)))
    return page


def _demanded(program: Program, made: Report) -> Report:
    if [figure.name for figure in made.figures] != [measure.name for measure in program.measures]:
        raise NotAFigure(f"{program.name}: other figures than are announced; measure it again")
    return made


def _page(
    reports: dict[str, Report], refused: dict[str, str], programs: Sequence[Program], others: list[tuple[str, str]]
) -> str:
    figures = [figure for made in reports.values() for figure in made.figures]
    body = [
        "<h1>Figures</h1>",
        "<p>Everything is a ratio within one run on one machine: ours beside the cheapest way there is, which keeps "
        "none of our promises, and beside what people would use instead. Sides take turns, medians count, the thin "
        "line spans all runs. The dashed line is the goal.</p>",
        _summary(figures, reports, programs),
        *(_section(program, reports.get(program.name), refused.get(program.name, "")) for program in programs),
        _sides(),
        _links(others),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Figures</title>'
        f"<style>{STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _summary(figures: list[Figure], reports: dict[str, Report], programs: Sequence[Program]) -> str:
    met = sum(figure.met is True for figure in figures)
    missed = [figure for figure in figures if figure.met is False]
    without = [program.title for program in programs if program.name not in reports]
    lines = [
        f'<p><span class="met">{met} goals met</span>, <span class="missed">{len(missed)} missed</span>, '
        f"{len(figures) - met - len(missed)} figures without a goal.</p>"
    ]
    if missed:
        items = "".join(f'<li class="missed">{escape(_verdict(each))}</li>' for each in missed)
        lines.append(f"<ul>{items}</ul>")
    if without:
        lines.append(f'<p class="missed">Not measured: {escape(", ".join(without))}.</p>')
    return "\n".join(lines)


def _verdict(figure: Figure) -> str:
    return f"{figure.says}: {_ratio(figure)} {_goal(figure)}".strip()


def _section(program: Program, made: Report | None, refused: str) -> str:
    head = f'<h2 id="{program.name}">{escape(program.title)}</h2>'
    if made is None:
        why = escape(refused or "not measured yet")
        return f'{head}\n<p class="missed">No figures: {why}. <code>python -m bench {program.name}</code></p>'
    return "\n".join([head, _circumstances(made), *map(_figure, made.figures)])


def _circumstances(made: Report) -> str:
    machine = made.machine
    busy = machine["load_before"] > BUSY * machine["cores"]
    notes = [
        f"{made.date}, commit {made.commit}, {machine['cores']} cores, Python {machine['python']}, {made.seconds:.0f} s"
    ]
    if busy:
        notes.append(f"on a machine that was busy with other things (load {machine['load_before']:g})")
    if machine["share"] != 1:
        notes.append(f"only {machine['share']:.0%} of the whole: no figures")
    return f'<p class="dim">{escape("; ".join(notes))}</p>'


def _figure(figure: Figure) -> str:
    verdict = {True: '<span class="met">met</span>', False: '<span class="missed">missed</span>', None: ""}[figure.met]
    facts = f"{escape(_ratio(figure))} {escape(_goal(figure))} {verdict}".strip()
    return (
        f"<h3>{escape(figure.says)}</h3>\n<p>{facts}</p>\n<figure>{bars(figure)}"
        f"<figcaption>{'less' if figure.better == 'less' else 'more'} is better; {figure.runs} "
        f"run{'s' if figure.runs != 1 else ''} of ours</figcaption></figure>\n{_table(figure)}"
    )


def _ratio(figure: Figure) -> str:
    ours = f"{said(figure.value)} {figure.unit}".strip()
    name = SIDES[figure.compared_with].name
    return (
        f"{ours}, beside {name} nothing to compare"
        if figure.ratio is None
        else f"{ours}, {said(figure.ratio)} × {name}"
    )


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    word = "most" if figure.goal["at_most"] else "least"
    unit = "×" if figure.goal["on"] == "ratio" else figure.unit
    return f"(goal: at {word} {said(figure.goal['number'])} {unit}".rstrip() + ")"


def _table(figure: Figure) -> str:
    rows: list[tuple[str, float, float, float, float | None]] = [("ours", figure.median, figure.min, figure.max, None)]
    rows += [(SIDES[each.side].name, each.value, each.min, each.max, each.ratio) for each in figure.beside]
    lines = "".join(
        f"<tr><td>{escape(name)}</td><td>{said(value)}</td><td>{said(low)}</td><td>{said(high)}</td>"
        f"<td>{'' if ratio is None else said(ratio) + ' ×'}</td></tr>"
        for name, value, low, high, ratio in rows
    )
    unit = escape(figure.unit)
    return (
        f'<details><summary class="dim">Numbers</summary><div class="scroll"><table><tr><th>{unit}</th><th>median</th>'
        f"<th>least</th><th>most</th><th>ours by this</th></tr>{lines}</table></div></details>"
    )


def _sides() -> str:
    kinds = {LIMIT: "Limits", PEER: "What people would use instead"}
    parts = [
        '<h2 id="sides">What the others do not do</h2>',
        "<p>Each peer is built as its own documentation shows, meets the same emulators and photos, and takes turns "
        "with ours. Ours took the photo in before the tap; the peers fetch it from Telegram in each order.</p>",
    ]
    for kind, title in kinds.items():
        parts.append(f"<h3>{title}</h3><dl>")
        for side in SIDES.values():
            if side.kind == kind and side is not OURS and side.kind != ITSELF:
                has = f" <dd>It has what we lack: {escape(side.has)}.</dd>" if side.has else ""
                parts.append(f"<dt><b>{escape(side.name)}</b></dt><dd>{escape(side.lacks)}.</dd>{has}")
        parts.append("</dl>")
    return "\n".join(parts)


def _links(others: Iterable[tuple[str, str]]) -> str:
    lines = [f'<li><a href="{escape(path)}">{escape(title)}: {escape(path)}</a></li>' for title, path in others]
    return f'<h2 id="others">Beside these</h2>\n<ul>{"".join(lines)}</ul>' if lines else ""


def _others(folder: Path) -> list[tuple[str, str]]:
    found = [path for path in sorted(folder.rglob("*")) if path.suffix in (".json", ".svg", ".html", ".md")]
    named = [
        (OTHERS.get(path.relative_to(folder).parts[0].partition("-")[0].partition(".")[0]), path) for path in found
    ]
    return [(title, str(path.relative_to(folder))) for title, path in named if title]
