"""The dashboard: Grafana's file is what the panels make, can be read, and asks for what there is."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.dashboard import FILE, UID, WIDE, written
from deploy.grafana.glance import GLANCE
from deploy.grafana.panels import BAD, Panel
from deploy.grafana.rows import ROWS
from tests.deploy.files import DEPLOY, FLY, load_yaml
from tests.deploy.promql import declared, matched, problems
from tests.parts import tool
from watch.figures import FIGURES

BOARD: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
OF_A_PROCESS = {"process_resident_memory_bytes", "process_cpu_seconds_total"}  # the library's own
UNITS = {"none", "s", "bytes", "percentunit", "currencyUSD"}
# A panel of the first row is red where this alert is raised.
RED = {
    "Orders that fail": "OrdersFail",
    "Longest wait": "QueueOld",
    "Until a report must be decided": "ReportNearDeadline",
    "A deletion waits for": "ErasureSlow",
    "Kept too long by": "RetentionLate",
}


def test_the_file_is_what_the_panels_make() -> None:
    assert FILE.read_text(encoding="utf-8") == written(), "python -m deploy.grafana writes it"


def test_a_new_import_replaces_the_old_one() -> None:
    assert BOARD["uid"] == UID == "miomio-service"
    numbers = [panel["id"] for panel in BOARD["panels"]]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_says_what_it_shows_and_in_what(panel: dict[str, Any]) -> None:
    assert re.fullmatch(r"[A-Z].+", panel["title"])
    assert re.fullmatch(r"(?s).{10,}\.", panel["description"])
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["targets"]
    letters = [target["refId"] for target in panel["targets"]]
    assert len(letters) == len(set(letters))


def test_every_panel_of_a_row_is_in_the_file_with_all_its_queries() -> None:
    planned = [(panel.title, list(panel.queries.values())) for row in ROWS.values() for panel in row]
    assert [(panel["title"], [target["expr"] for target in panel["targets"]]) for panel in PANELS] == planned


@pytest.mark.parametrize("query", sorted(set(QUERIES)))
def test_a_query_asks_for_figures_that_the_service_tells_of_the_chosen_application(query: str) -> None:
    assert problems(query) == []
    named = set(re.findall(r"\b(?:miomio|process)_[a-z_]+\b", query))
    assert named
    assert {name for name in named if declared(name) is None} <= OF_A_PROCESS
    selectors = re.findall(r'_[a-z]+\{[^}]*app="\$app"', query)
    assert len(selectors) == len(re.findall(r"\b(?:miomio|process)_[a-z_]+\b", query))


def test_legends_name_labels_that_the_query_keeps() -> None:
    for row in ROWS.values():
        for panel in row:
            for legend, query in panel.queries.items():
                for label in re.findall(r"\{\{(\w+)\}\}", legend):
                    assert label == "instance" or re.search(rf"by \([^)]*\b{label}\b", query), (panel.title, label)


def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(QUERIES)]
    path = tmp_path / "queries.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    done = subprocess.run([tool("promtool"), "check", "rules", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(QUERIES)} rules found" in done.stdout


def test_every_figure_can_be_seen() -> None:
    seen = {name for query in QUERIES for name in re.findall(r"\bmiomio_[a-z_]+\b", query)}
    shown = {figure.name for name in seen if (figure := declared(name)) is not None}
    assert FIGURES.keys() - shown == set()


def test_no_two_panels_lie_over_one_another() -> None:
    for one, other in combinations([panel["gridPos"] for panel in BOARD["panels"]], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)


def test_every_panel_lies_on_the_grid() -> None:
    for place in (panel["gridPos"] for panel in BOARD["panels"]):
        assert 0 <= place["x"] < place["x"] + place["w"] <= WIDE
        assert place["y"] >= 0 < place["h"]


@pytest.mark.parametrize("panel", [panel for panel in GLANCE if panel.title in RED], ids=lambda panel: str(panel.title))
def test_a_value_turns_red_where_somebody_is_called(panel: Panel) -> None:
    rules = {
        rule["alert"]: rule["expr"]
        for group in load_yaml(DEPLOY / "prometheus" / "alerts.yml")["groups"]
        for rule in group["rules"]
    }
    bounds = [value for value, colour in panel.steps if colour == BAD and value is not None]
    bounds = bounds or [value for value, _ in panel.steps[1:2] if value is not None]  # red below it
    [bound] = bounds
    assert re.search(rf"[<>] {bound:g}\b", rules[RED[panel.title]])


def test_the_application_is_chosen_among_those_that_tell_figures() -> None:
    chosen = {variable["name"]: variable for variable in BOARD["templating"]["list"]}
    assert chosen["app"]["current"]["value"] == FLY["app"]
    assert "miomio_build_info" in chosen["app"]["query"]
    assert {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]} == {"${datasource}"}
    assert not [value for query in QUERIES for _, label, value in matched(query) if label == "app" and value != "$app"]
