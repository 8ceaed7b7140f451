"""fly.toml says what the program and the fleet's plan say."""

from __future__ import annotations

import json

import pytest

from config import Settings
from tests.deploy.files import DEPLOY, FLEET, FLY, ROOT, seconds, toml
from watch import alive
from workers.parts import PATIENCE
from workers.process import GIVE_BACK_BEFORE_KILL

GROUPS = {"web", "worker", "rights"}
LONGEST_KILL_TIMEOUT = 300.0  # of the platform
TELEGRAM_OPENS = 40  # connections, as our webhook asks for
# With machines and managed Postgres, read from the platform's list in November 2026.
REGIONS = {"ams", "dfw", "fra", "gru", "iad", "lax", "lhr", "nrt", "ord", "sin", "sjc", "syd", "yyz"}
OTHERS = sorted(path for path in DEPLOY.glob("*/fly.toml"))


def covered(sections: list[dict[str, object]]) -> set[str]:
    return {group for section in sections for group in section["processes"]}  # type: ignore[attr-defined]


def test_every_group_of_processes_is_planned_sized_watched_and_started_again() -> None:
    assert set(FLY["processes"]) == GROUPS == set(FLEET) - {"postgres"}
    assert covered(FLY["vm"]) == covered(FLY["metrics"]) == covered(FLY["restart"]) == GROUPS
    assert {section["policy"] for section in FLY["restart"]} == {"always"}


def test_every_group_has_a_check_that_a_rolling_deploy_waits_for() -> None:
    services = set(FLY["http_service"]["processes"])
    assert FLY["http_service"]["checks"]
    assert services | covered(list(FLY["checks"].values())) == GROUPS
    assert (FLY["deploy"]["strategy"], FLY["deploy"]["max_unavailable"]) == ("rolling", 1)


def test_a_website_that_cannot_serve_says_so_before_its_check_gives_up() -> None:
    [check] = FLY["http_service"]["checks"]
    assert check["path"] == "/readyz"
    assert seconds(check["timeout"]) > PATIENCE


def test_signs_of_life_are_counted_by_the_groups_of_the_platform() -> None:
    assert set(alive.GROUPS) == GROUPS


def test_figures_are_served_where_they_are_fetched() -> None:
    ports = {section["port"] for section in (*FLY["metrics"], *FLY["checks"].values())}
    assert ports == {int(FLY["env"]["METRICS_PORT"])}


def test_no_service_maps_the_port_of_the_figures() -> None:
    assert "services" not in FLY
    assert FLY["http_service"]["internal_port"] == int(FLY["env"]["WEB_PORT"]) != int(FLY["env"]["METRICS_PORT"])


def test_a_picture_under_way_ends_before_its_machine_is_killed() -> None:
    timeout = seconds(FLY["kill_timeout"])
    assert Settings().gemini_patience_seconds + GIVE_BACK_BEFORE_KILL < timeout <= LONGEST_KILL_TIMEOUT
    assert FLY["kill_signal"] == "SIGTERM"


def test_a_deploy_waits_longer_than_a_machine_takes_to_drain_and_to_start() -> None:
    starts = max(seconds(check["grace_period"]) for check in FLY["checks"].values())
    assert seconds(FLY["deploy"]["wait_timeout"]) > seconds(FLY["kill_timeout"]) + 2 * starts


def test_the_website_takes_as_much_as_it_has_threads_and_all_that_telegram_sends() -> None:
    limits = FLY["http_service"]["concurrency"]
    assert limits["type"] == "requests"
    assert limits["soft_limit"] == Settings().web_threads
    assert limits["hard_limit"] > TELEGRAM_OPENS


def test_the_website_is_never_stopped_for_want_of_visitors() -> None:
    service = FLY["http_service"]
    assert service["auto_stop_machines"] == "off"
    assert service["min_machines_running"] == FLEET["web"]["least"]


def test_the_whole_fleet_fits_into_the_connections_of_the_database() -> None:
    machines = sum(FLEET[group]["most"] for group in GROUPS)
    taken = machines * int(FLY["env"].get("DATABASE_POOL", Settings().database_pool))
    assert taken + FLEET["postgres"]["for_people"] <= FLEET["postgres"]["connections"]


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_machine_has_three_times_the_memory_that_was_measured(group: str) -> None:
    measured = json.loads((ROOT / "bench" / "results" / "image.json").read_text())["job"]["after_20_pictures"]
    [given] = [section["memory"] for section in FLY["vm"] if group in section["processes"]]
    assert {"512mb": 512, "1gb": 1024}[given] >= 3 * measured[group]["proportional"]


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_one_machine_of_a_group_may_be_lost(group: str) -> None:
    assert 2 <= FLEET[group]["least"] <= FLEET[group]["most"]


def test_what_a_law_sets_a_time_for_is_not_scaled() -> None:
    assert FLEET["rights"]["least"] == FLEET["rights"]["most"]


def test_everything_runs_in_one_region_that_there_is() -> None:
    regions = {FLY["primary_region"], *(toml(path)["primary_region"] for path in OTHERS)}
    assert len(regions) == 1
    assert regions <= REGIONS


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.parent.name)
def test_no_helper_is_reachable_from_outside(path: object) -> None:
    assert not {"services", "http_service"} & set(toml(path))  # type: ignore[arg-type]  # a path of the list above


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.parent.name)
def test_every_file_that_a_helper_takes_along_is_there(path: object) -> None:
    for section in toml(path).get("files", ()):  # type: ignore[arg-type]  # a path of the list above
        if "local_path" in section:
            assert (path.parent / section["local_path"]).is_file()  # type: ignore[attr-defined]  # a path
