"""What Prometheus has seen outlives a deploy: it lies on a volume, which it cannot fill."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import timedelta

from tests.deploy.files import DEPLOY, ROOT, seconds, toml
from tests.deploy.test_alerts import RULES
from tests.parts import tool

FOLDER = DEPLOY / "prometheus"
APP = toml(FOLDER / "fly.toml")
IMAGE = (FOLDER / APP["build"]["dockerfile"]).read_text()


def flags() -> dict[str, str]:
    [command] = re.findall(r"^CMD (\[.*\])", IMAGE.replace("\\\n", ""), re.M)
    return dict(word.split("=", 1) for word in json.loads(command))


def test_what_it_has_seen_lies_on_a_volume() -> None:
    [volume] = APP["mounts"]
    assert flags()["--storage.tsdb.path"] == volume["destination"]
    commands = (ROOT / "docs" / "operations.md").read_text()
    assert f"fly volumes create {volume['source']} --app {APP['app']} --region {APP['primary_region']}" in commands


def test_it_gives_up_the_oldest_before_the_volume_is_full() -> None:
    [volume] = APP["mounts"]
    size = int(volume["initial_size"].removesuffix("gb"))
    assert int(flags()["--storage.tsdb.retention.size"].removesuffix("GB")) <= 0.8 * size


def test_it_keeps_longer_than_any_alarm_looks_back() -> None:
    spans = re.findall(r"(?:offset |\[)(\d+[smhd])", " ".join(rule["expr"] for rule in RULES.values()))
    assert len(spans) > 5
    kept = timedelta(seconds=seconds(flags()["--storage.tsdb.retention.time"]))
    assert kept > timedelta(seconds=max(map(seconds, spans))) * 7


def test_it_reads_the_configuration_that_is_put_there() -> None:
    assert flags()["--config.file"] in {file["guest_path"] for file in APP["files"]}


def test_its_image_is_clean() -> None:
    done = subprocess.run([tool("hadolint"), str(FOLDER / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
