"""The page shows every program there is, a missed goal as missed, and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import programs
from bench.figures import RESULTS, ROOT, judge, report, write
from bench.growth.turns import DRAWN
from bench.measure import LESS, RATIO, VALUE, Goal, Measure
from bench.page import draw
from bench.plots import LEFT, RIGHT, WIDTH, bars, said
from bench.programs import PROGRAMS, Program
from bench.sides import BARE_FLASK, OURS, SIDES, Side

OTHERS_BEGIN, END = '\n<h2 id="others">', "\n</body></html>\n"


def results(folder: Path, *, ours: float = 1.0, load: float = 0.1, only: Sequence[Program] = PROGRAMS) -> str:
    """The page of made-up results: each side 1, ours as given."""
    for program in only:
        found = {each.name: _runs(each, ours) for each in program.measures}
        made = report(program.name, program.title, program.measures, found, seconds=2, load=load)
        write(made, folder)
    return draw(folder, PROGRAMS).read_text()


def _runs(measure: Measure, ours: float) -> dict[Side, list[float]]:
    return {OURS: [ours, ours * 0.9, ours * 1.1], **{side: [1.0] for side in measure.beside}}


def section(page: str, program: str) -> str:
    return page.split(f'<h2 id="{program}">')[1].split("<h2")[0]


def test_every_program_and_each_of_its_figures_is_in_the_page(tmp_path: Path) -> None:
    page = results(tmp_path)
    for program in PROGRAMS:
        shown = section(page, program.name)
        assert shown.count("<svg") == len(program.measures)
        assert shown.count("No figures") == 0


def test_a_program_without_results_is_named_as_not_measured(tmp_path: Path) -> None:
    page = results(tmp_path, only=PROGRAMS[1:])
    assert "not measured yet" in section(page, PROGRAMS[0].name)
    assert f"Not measured: {PROGRAMS[0].title}." in page


def test_a_missed_goal_is_shown_as_missed_at_its_figure_and_at_the_top(tmp_path: Path) -> None:
    webhook = programs.BY_NAME["webhook"]
    page = results(tmp_path, ours=0.2, only=[webhook])
    assert '<span class="missed">missed</span>' in section(page, "webhook")
    assert (
        f'<li class="missed">{webhook.measures[0].says}: 0.2 1/s, 0.2 × bare Flask (goal: at least 0.35 ×)</li>' in page
    )


def test_a_met_goal_is_shown_as_met(tmp_path: Path) -> None:
    page = results(tmp_path, ours=0.5, only=[programs.BY_NAME["webhook"]])
    shown = section(page, "webhook")
    assert shown.count('<span class="met">met</span>') == 3
    assert "missed</span>" not in shown


def test_a_result_that_must_not_be_shown_is_named_with_its_reason(tmp_path: Path) -> None:
    results(tmp_path)
    (tmp_path / "webhook.json").write_text('{"rate_ratio": 0.25}')
    shown = section(draw(tmp_path, PROGRAMS).read_text(), "webhook")
    assert "not a result of this schema" in shown
    assert "<svg" not in shown


def test_figures_of_another_day_than_the_program_are_refused(tmp_path: Path) -> None:
    results(tmp_path)
    (tmp_path / "webhook.json").write_text((tmp_path / "website.json").read_text())
    assert "other figures than are announced" in section(draw(tmp_path, PROGRAMS).read_text(), "webhook")


@pytest.mark.parametrize(("share", "noted"), [(1.0, False), (0.1, True)])
def test_what_was_only_a_share_is_said_to_give_no_figures(tmp_path: Path, share: float, noted: bool) -> None:
    webhook = programs.BY_NAME["webhook"]
    found = {each.name: _runs(each, 1.0) for each in webhook.measures}
    write(report("webhook", "", webhook.measures, found, seconds=2, load=0, share=share), tmp_path)
    assert ("no figures" in section(draw(tmp_path, PROGRAMS).read_text(), "webhook")) is noted


@pytest.mark.parametrize("goal", [Goal(RATIO, 0.5, at_most=True), Goal(VALUE, 200, at_most=True)])
def test_the_goal_is_drawn_where_it_lies_on_our_axis(goal: Goal) -> None:
    """Of 0 to 400 at the middle."""
    measure = Measure("late", "Late", "ms", LESS, (BARE_FLASK,), goal)
    drawn = bars(judge(measure, {OURS: [100.0], BARE_FLASK: [400.0]}))
    assert f'<line class="goal" x1="{LEFT + (WIDTH - LEFT - RIGHT) / 2:.1f}"' in drawn


@pytest.mark.parametrize(("load", "busy"), [(0.1, False), (30.0, True)])
def test_a_busy_machine_is_confessed(tmp_path: Path, load: float, busy: bool) -> None:
    assert ("busy with other things" in section(results(tmp_path, load=load), "webhook")) is busy


def test_every_peer_says_on_the_page_what_it_does_not_do(tmp_path: Path) -> None:
    page = results(tmp_path)
    beside = {side for program in PROGRAMS for measure in program.measures for side in measure.beside}
    for side in beside:
        if side.lacks:
            assert side.lacks.replace("'", "&#x27;") in page


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing(tmp_path: Path) -> None:
    page = results(tmp_path)
    assert not re.search(r"<script|<link|@import|url\(|\ssrc=|https?:", page)
    assert 'name="viewport"' in page
    assert "prefers-color-scheme:dark" in page


def test_reports_of_others_are_linked_where_they_are_there(tmp_path: Path) -> None:
    assert 'id="others"' not in results(tmp_path)
    (tmp_path / "chaos").mkdir()
    for name in ("chaos-quick-7.json", "chaos/timeline.svg", "cluster.json"):
        (tmp_path / name).write_text("{}")
    page = results(tmp_path)
    for name in ("chaos-quick-7.json", "chaos/timeline.svg", "cluster.json"):
        assert f'href="{name}"' in page


def test_the_page_in_the_repository_is_the_one_of_the_results_beside_it(tmp_path: Path) -> None:
    for path in RESULTS.rglob("*"):
        if path.is_file() and path.suffix in (".json", ".svg", ".html", ".md"):
            copy = tmp_path / path.relative_to(RESULTS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    drawn, kept = draw(tmp_path, DRAWN).read_text(), (RESULTS / "index.html").read_text()
    assert drawn.split(OTHERS_BEGIN)[0].removesuffix(END) == kept.split(OTHERS_BEGIN)[0].removesuffix(END)


def test_the_readme_links_the_page() -> None:
    assert "(bench/results/index.html)" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.0, "0"),
        (0.2494, "0.249"),
        (1.0, "1"),
        (12.345, "12.3"),
        (999.6, "1,000"),
        (1912.1, "1,910"),
        (0.00123, "0.00123"),
    ],
)
def test_numbers_have_three_digits_that_count(number: float, words: str) -> None:
    assert said(number) == words


def test_names_of_programs_and_measures_are_of_one_kind() -> None:
    assert len({program.name for program in PROGRAMS}) == len(PROGRAMS)
    for program in PROGRAMS:
        names = [measure.name for measure in program.measures]
        assert len(set(names)) == len(names)
        assert all(side.id in SIDES for measure in program.measures for side in measure.beside)
        assert callable(program.run)


def test_a_measure_with_a_goal_says_by_itself_what_it_is() -> None:
    """It stands alone in the list of missed goals."""
    with_goal = [measure for program in PROGRAMS for measure in program.measures if measure.goal]
    assert [measure.says for measure in with_goal if measure.says.startswith("The same")] == []


def test_all_programs_together_stay_below_a_quarter_of_an_hour() -> None:
    assert sum(program.seconds for program in PROGRAMS) <= 900
