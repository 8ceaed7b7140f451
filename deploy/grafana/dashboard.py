"""The dashboard in Grafana's own form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.grafana.panels import LINES, LOOK, TABLE, Panel
from deploy.grafana.rows import ROWS

FILE = Path(__file__).parent / "miomio.json"
UID = "miomio-service"
WIDE = 24  # columns of Grafana's grid
HIGH = {LOOK: 4, LINES: 8, TABLE: 6}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def dashboard() -> dict[str, Any]:
    """Panels in their rows, left to right, each with a number that stays while its place does."""
    panels: list[dict[str, Any]] = []
    top = 0
    for name, row in ROWS.items():
        panels.append(_row(name, len(panels) + 1, top))
        top += 1
        left, tallest = 0, 0
        for panel in row:
            if left + panel.width > WIDE:
                left, top, tallest = 0, top + tallest, 0
            tallest = max(tallest, HIGH[panel.form])
            place = {"x": left, "y": top, "w": panel.width, "h": HIGH[panel.form]}
            panels.append(_panel(panel, len(panels) + 1, place))
            left += panel.width
        top += tallest
    return {
        "uid": UID,
        "title": "MIOMIO",
        "description": "People, queues, providers, money, rights and machines. No figure is about a person.",
        "tags": ["miomio"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "templating": {"list": [_source(), _app()]},
        "annotations": {"list": []},
        "links": [],
        "panels": panels,
    }


def written() -> str:
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


def _source() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "current": {}}


def _app() -> dict[str, Any]:
    query = "label_values(miomio_build_info, app)"
    chosen = {"text": "miomio", "value": "miomio", "selected": True}
    asked = {"query": query, "definition": query, "refresh": 1, "datasource": SOURCE}
    return {"name": "app", "label": "Application", "type": "query", "current": chosen, **asked}


def _row(title: str, number: int, top: int) -> dict[str, Any]:
    place = {"x": 0, "y": top, "w": WIDE, "h": 1}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def _panel(panel: Panel, number: int, place: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": panel.form,
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "gridPos": dict(place),
        "targets": [_target(panel, *pair) for pair in zip("ABCDEF", panel.queries.items(), strict=False)],
        "fieldConfig": {"defaults": _field(panel), "overrides": []},
        "options": _options(panel.form),
    }


def _target(panel: Panel, letter: str, query: tuple[str, str]) -> dict[str, Any]:
    legend, expression = query
    now = panel.form != LINES
    form = "table" if panel.form == TABLE else "time_series"
    return {
        "refId": letter,
        "datasource": SOURCE,
        "expr": expression,
        "legendFormat": legend,
        "instant": now,
        "range": not now,
        "format": form,
    }


def _field(panel: Panel) -> dict[str, Any]:
    steps = [{"value": value, "color": colour} for value, colour in panel.steps]
    stacking = {"mode": "normal" if panel.stacked else "none", "group": "A"}
    lines = {"fillOpacity": 25 if panel.stacked else 5, "stacking": stacking, "showPoints": "never", "lineWidth": 1}
    shown = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}}
    return {**shown, "custom": lines} if panel.form == LINES else shown


def _options(form: str) -> dict[str, Any]:
    if form == LOOK:
        reduce = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        return {"reduceOptions": reduce, "colorMode": "background", "graphMode": "none", "textMode": "value"}
    if form == TABLE:
        return {"showHeader": True}
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}
    return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
