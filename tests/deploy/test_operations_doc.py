"""docs/operations.md is true: its commands exist, its numbers are the fleet's, every alarm has its page."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from config import REQUIRED, REQUIRED_IN_PRODUCTION, Settings
from deploy.grafana.dashboard import FILE
from ops.verbs import verbs
from tests.deploy.files import DEPLOY, FLEET, ROOT, load_yaml

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
WAY_BACK = (ROOT / "docs" / "operations-restore.md").read_text(encoding="utf-8")
ALERTS = {
    rule["alert"]: rule
    for group in load_yaml(DEPLOY / "prometheus" / "alerts.yml")["groups"]
    for rule in group["rules"]
}
# Up to the end of a line or of the code it stands in; without what a shell adds.
COMMAND = re.compile(r"python -m ops ([^`\n]+)")
SHELLS = re.compile(r"\s+(?:[|<>]|&&|#).*")
ASIDE = {"VERB --help", "…"}


def commands(text: str) -> list[str]:
    return sorted({SHELLS.sub("", found).strip() for found in COMMAND.findall(text)} - ASIDE)


def wrong(command: str) -> str | None:
    """What `ops` would not understand of it; None where it would."""
    try:
        words = shlex.split(command)
        _understood(verbs, words)
    except (click.UsageError, ValueError) as error:
        return str(error)
    return None


def _understood(command: click.Command, words: list[str]) -> None:
    """As click would read it, but for what the words stand for: files need not be there."""
    if isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            raise click.UsageError(f"no verb {words[0]}")
        _understood(found, words[1:])
        return
    context = click.Context(command)
    values, rest, _ = command.make_parser(context).parse_args(list(words))
    if values.get("help") or "--help" in words:
        return
    if isinstance(command, click.Group) and not command.invoke_without_command:
        raise click.UsageError(f"{command.name} wants a verb")
    if rest:
        raise click.UsageError(f"too many words: {rest}")
    for parameter in command.params:
        value = values.get(parameter.name or "")
        missing = parameter.name not in values or parameter.value_is_missing(value)
        if parameter.required and missing:
            raise click.MissingParameter(param=parameter)
        if isinstance(parameter.type, click.Choice) and not missing:
            parameter.type.convert(value, parameter, context)


@pytest.mark.parametrize("command", commands(TEXT))
def test_every_command_of_the_document_is_understood(command: str) -> None:
    assert wrong(command) is None


@pytest.mark.parametrize("alert", ALERTS)
def test_every_command_of_an_alarm_is_understood_and_on_its_page(alert: str) -> None:
    command = ALERTS[alert]["annotations"]["command"]
    assert command.startswith(("python -m ops ", "fly "))
    for found in commands(command):
        assert wrong(found) is None
    beginning = TEXT.split("\n# Alarms\n", 1)[1].split("\n### ", 1)[0]
    assert command.partition(" --")[0] in beginning + page(alert)


@pytest.mark.parametrize(
    "nonsense",
    [
        "nothing",
        "keys",
        "keys rotate --now",
        "incident declare --kind theft --actor a --reason b",
        "incident declare --kind loss --actor a",
        "retention twice",
        "request answer --actor a --reason b",
        "keys dump",
    ],
)
def test_a_command_that_there_is_not_is_found_out(nonsense: str) -> None:
    assert wrong(nonsense) is not None


def slug(heading: str) -> str:
    """As the hosts of repositories make an anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


HEADINGS = re.findall(r"^#+ (.+)$", re.sub(r"(?s)```.*?```", "", TEXT), re.MULTILINE)


def page(alert: str) -> str:
    return TEXT.split(f"\n### {alert}\n", 1)[1].split("\n### ", 1)[0]


def test_every_alarm_has_its_page_and_every_page_its_alarm() -> None:
    pages = re.findall(r"^### (.+)$", TEXT, re.MULTILINE)
    assert pages == list(ALERTS)  # and in the same order
    for alert, rule in ALERTS.items():
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{slug(alert)}"


@pytest.mark.parametrize("alert", ALERTS)
def test_a_page_says_what_one_sees_what_it_means_and_what_to_do(alert: str) -> None:
    text = page(alert)
    parts = re.split(r"\*\*(What you see|What it means|What to do)\.\*\*", text)
    assert parts[1::2] == ["What you see", "What it means", "What to do"]
    assert all(len(part.strip()) > 20 for part in parts[2::2])
    severity = ALERTS[alert]["labels"]["severity"]
    assert severity == "daily" or parts[2].strip().startswith(f"{severity}.")


def test_every_link_leads_somewhere() -> None:
    anchors = {slug(heading) for heading in HEADINGS}
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        file, _, anchor = target.partition("#")
        assert not file or (ROOT / "docs" / file).exists(), target
        assert file or anchor in anchors, target


def test_whatever_points_into_the_document_finds_its_place() -> None:
    anchors = {slug(heading) for heading in HEADINGS}
    sources = [
        path for package in ("ops", "watch", "workers", "privacy", "web") for path in (ROOT / package).rglob("*.py")
    ]
    pointed = {anchor for path in sources for anchor in re.findall(r"docs/operations\.md#([\w-]+)", path.read_text())}
    assert pointed
    assert pointed <= anchors


def test_the_secrets_that_are_listed_are_those_that_production_refuses_to_start_without() -> None:
    [block] = re.findall(r"(?s)```\n\s*(DATABASE_URL=.*?)```", TEXT)
    names = {line.strip().partition("=")[0].lower() for line in block.splitlines() if "=" in line}
    assert {*REQUIRED, *REQUIRED_IN_PRODUCTION, "s3_bucket"} <= names <= set(Settings.__dataclass_fields__)


def test_the_numbers_of_machines_are_those_of_the_fleet() -> None:
    for group, told in re.findall(r"\| `(web|worker|rights)` \| (\d[^|,]*)", TEXT):
        wanted = sorted({FLEET[group]["least"], FLEET[group]["most"]})
        assert [int(number) for number in re.findall(r"\d+", told)] == wanted
    told = set(re.findall(r"fly scale count (web=[1-9]\d* worker=\d+ rights=\d+)", TEXT + WAY_BACK))
    assert [dict(pair.split("=") for pair in each.split()) for each in told] == [fleet_at_first()]


def fleet_at_first() -> dict[str, str]:
    """Every worker that the autoscaler may start, and of the others what is always there."""
    return {
        "web": str(FLEET["web"]["least"]),
        "worker": str(FLEET["worker"]["most"]),
        "rights": str(FLEET["rights"]["most"]),
    }


def test_every_file_that_the_document_names_is_there() -> None:
    for name in re.findall(r"\bdeploy/[\w./-]+", TEXT):
        assert (ROOT / name.rstrip(".")).exists(), name
    assert str(FILE.relative_to(ROOT)) in TEXT
