"""The alert rules: Prometheus takes them, each is raised when it should be and else is silent, and each helps."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobs.kinds import GENERATION
from models import Order
from tests.deploy.alert_situations import SITUATIONS, Situation
from tests.deploy.files import DEPLOY, FLY, load_yaml
from tests.deploy.promql import matched, problems
from tests.parts import tool
from watch import judging
from watch.of_money import UNSETTLED

FOLDER = DEPLOY / "prometheus"
RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in load_yaml(FOLDER / "alerts.yml")["groups"] for rule in group["rules"]
}
SEVERITIES = {"page", "soon", "daily"}
ALWAYS = {"TheAlarmsWork"}  # raised at all times, so that its silence is heard
LOOKED = "1m"


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tool("promtool"), *words], capture_output=True, text=True, check=False)


def test_prometheus_takes_the_rules_and_the_configuration() -> None:
    for words in (("check", "config", str(FOLDER / "prometheus.yml")), ("check", "rules", str(FOLDER / "alerts.yml"))):
        done = promtool(*words, "--lint-fatal")
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_raised_when_it_should_be_and_else_is_silent(tmp_path: Path) -> None:
    """A file for each, with its rule alone: promtool reckons every rule of a file at every moment."""
    files = []
    for alert, rule in RULES.items():
        alone = tmp_path / f"{alert}.rule.yml"
        alone.write_text(yaml.safe_dump({"groups": [{"name": alert, "rules": [rule]}]}))
        cases = [as_test(situation) for situation in SITUATIONS if situation.alert == alert]
        files.append(tmp_path / f"{alert}.yml")
        files[-1].write_text(
            yaml.safe_dump({"rule_files": [str(alone)], "evaluation_interval": LOOKED, "tests": cases})
        )
    done = promtool("test", "rules", *map(str, files))
    assert done.returncode == 0, done.stdout + done.stderr


def as_test(situation: Situation) -> dict[str, Any]:
    """In the form of promtool, which compares every word of an alert."""
    rule = RULES[situation.alert]
    expected = [
        {
            "exp_labels": {**rule["labels"], **labels},
            "exp_annotations": {name: filled(text, labels) for name, text in rule["annotations"].items()},
        }
        for labels in situation.raises
    ]
    return {
        "interval": situation.step,
        "name": f"{situation.alert} at {situation.at}",
        "input_series": [{"series": name, "values": values} for name, values in situation.series.items()],
        "alert_rule_test": [{"eval_time": situation.at, "alertname": situation.alert, "exp_alerts": expected}],
    }


def filled(text: str, labels: Any) -> str:
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda match: labels[match[1]], text)


@pytest.mark.parametrize("alert", RULES)
def test_each_alert_has_a_case_that_raises_it_and_one_that_does_not(alert: str) -> None:
    cases = [situation for situation in SITUATIONS if situation.alert == alert]
    assert any(situation.raises for situation in cases)
    assert alert in ALWAYS or any(not situation.raises for situation in cases)


@pytest.mark.parametrize("alert", RULES)
def test_each_alert_asks_for_figures_that_the_service_tells(alert: str) -> None:
    assert problems(RULES[alert]["expr"]) == []


VALUES = {
    ("miomio_up", "part"): {"database", "store", "erasures", "bell"},
    ("miomio_orders_lately", "state"): set(Order.MOVES),
    ("miomio_payments_open", "state"): set(UNSETTLED),
    ("miomio_webhook_seconds_count", "status"): {"2xx", "3xx", "4xx", "5xx"},
    ("miomio_http_seconds_count", "status"): {"2xx", "3xx", "4xx", "5xx"},
}


@pytest.mark.parametrize("alert", RULES)
def test_each_alert_compares_labels_with_values_that_there_are(alert: str) -> None:
    for name, label, value in matched(RULES[alert]["expr"]):
        if label != "kind":  # those of work are compared below
            assert set(value.split("|")) <= VALUES[name, label]


@pytest.mark.parametrize("alert", RULES)
def test_each_alert_says_how_urgent_it_is_what_happens_and_what_helps(alert: str) -> None:
    rule = RULES[alert]
    assert rule["labels"]["severity"] in SEVERITIES
    words = rule["annotations"]
    assert {"summary", "command", "runbook"} <= set(words) <= {"summary", "command", "runbook", "number"}
    assert re.fullmatch(r"([A-Z]|\{\{).{15,}[.?]", words["summary"])
    assert words["runbook"] == f"docs/operations.md#{alert.lower()}"


@pytest.mark.parametrize("alert", [name for name, rule in RULES.items() if "number" in rule["annotations"]])
def test_a_number_of_an_alert_is_the_one_that_the_program_declares(alert: str) -> None:
    declared = sum((term(part) for part in RULES[alert]["annotations"]["number"].split(" + ")), timedelta())
    assert re.search(rf"[<>] {int(declared.total_seconds())}\b", RULES[alert]["expr"]), declared


def term(text: str) -> timedelta:
    """`policy.limits.REPORT_ALARM`, or `2 * …` of it; a plain number is seconds."""
    factor, _, name = text.rpartition(" * ")
    module, _, attribute = name.rpartition(".")
    value = getattr(import_module(module), attribute)
    return (value if isinstance(value, timedelta) else timedelta(seconds=value)) * int(factor or 1)


SHOWN = {
    "QUEUE_LIMIT": "QueueOld",
    "RIGHTS_LIMIT": "RightsQueueOld",
    "ORDER_LIMIT": "OrderForgotten",
    "RETENTION_LIMIT": "RetentionLate",
    "RUN_LIMIT": "RetentionMissed",
    "ERASURE_LIMIT": "ErasureSlow",
    "TICKET_LIMIT": "TicketsOld",
    "CHECK_LIMIT": "CheckMissed",
    "CANARY_LIMIT": "CanaryOld",
}


def test_whoever_is_called_finds_the_same_on_the_screen() -> None:
    assert {name for name in vars(judging) if name.endswith("_LIMIT")} == set(SHOWN)
    for name, alert in SHOWN.items():
        assert re.search(rf"> {getattr(judging, name):g}\b", RULES[alert]["expr"]), name


def test_the_queues_of_people_and_of_rights_are_told_apart_as_the_program_does(
    queues: dict[str, str],
) -> None:
    of_workers = {kind for kind, queue in queues.items() if queue == GENERATION}
    for alert, sign, others in (("QueueOld", "=~", set()), ("RightsQueueOld", "!~", {"inform"})):
        [kinds] = re.findall(rf'kind{sign}"([^"]+)"', RULES[alert]["expr"])
        assert set(kinds.split("|")) == of_workers | others


def test_prometheus_asks_every_machine_where_its_figures_are() -> None:
    [job] = load_yaml(FOLDER / "prometheus.yml")["scrape_configs"]
    [names] = job["dns_sd_configs"]
    assert names["names"] == [f"{FLY['app']}.internal"]
    assert names["port"] == int(FLY["env"]["METRICS_PORT"])
    assert {entry["target_label"]: entry["replacement"] for entry in job["relabel_configs"]} == {"app": FLY["app"]}


def test_every_severity_reaches_somebody_and_a_page_does_so_by_two_ways() -> None:
    config = load_yaml(DEPLOY / "alertmanager" / "alertmanager.yml")
    receivers = {receiver["name"]: receiver for receiver in config["receivers"]}
    by_severity = {route["matchers"][0]: route["receiver"] for route in config["route"]["routes"]}
    page = receivers[by_severity['severity="page"']]
    assert {"telegram_configs", "email_configs"} <= set(page)
    assert {config["route"]["receiver"], *by_severity.values()} <= set(receivers)


@pytest.mark.parametrize(
    "wrong",
    [
        "max(miomio_nothing)",
        "rate(miomio_leases_taken_back[5m])",  # a counter is told as _total
        "sum by (colour) (miomio_work_due)",
        'miomio_work_due{provider="kling"}',
        "rate(miomio_webhook_seconds[5m])",
    ],
)
def test_an_expression_about_something_else_is_found_out(wrong: str) -> None:
    assert problems(wrong)
