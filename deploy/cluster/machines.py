"""The machines at work: what only keeps, what plays the outside world, and ours with production's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import psycopg
import requests

from config import Settings, load
from deploy.cluster import plan
from deploy.cluster.authority import Papers, issue
from deploy.cluster.network import Network
from deploy.cluster.plan import DATA, INTERNET, OFFICE, OURS, WEB_HOST, Machine
from ops.postgres import Postgres
from ops.processes import ROOT, Processes, StackError, valkey_command
from vault.s3 import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PYTHON = sys.executable
# In a view of the files of its own, the process finds our names and trusts our authority; then it becomes what it is.
BECOME = 'mount --bind "$1" /etc/hosts && mount --bind "$2" "$3" && shift 3 && exec "$@"'
AWS = {
    "AWS_ACCESS_KEY_ID": "cluster-id",
    "AWS_SECRET_ACCESS_KEY": "cluster-secret",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
# How soon Telegram comes again to a webhook that did not answer, shortened as the run is.
SPEEDS = {"retry_first": 0.5, "retry_cap": 2.0, "pending_timeout": 20}


class Machines:
    """Started in order on an open network; whoever steers stands in the office."""

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder = folder
        self.network = network
        self.processes = Processes(folder / "logs")
        self.settings = plan.settings()
        self._papers: Papers = issue(folder, plan.certified())
        self._hosts = folder / "hosts"
        self._hosts.write_text(plan.hosts_file())
        self._postgres: Postgres | None = None

    def start(self) -> None:
        """Returns when everything is ready. Raises StackError. From here on this thread is in the office."""
        with self.network.at(DATA):
            self._start_keepers()
        with self.network.at(INTERNET):
            self._start_outside()
        self.network.enter(OFFICE)
        self._make_room()
        self.verb("migrate")
        for machine in OURS:
            with self.network.at(machine):
                self._start_ours(machine)
        for machine in OURS:
            self.processes.wait_until(machine.name, lambda machine=machine: self._ready(machine), 90.0)  # type: ignore[misc]
        self.verb("webhook")
        self._play()

    def stop(self) -> None:
        self.processes.stop()
        if self._postgres is not None:
            self._postgres.kill()  # whoever is still connected, be it we, is not waited for

    def verb(self, *words: str) -> None:
        """`python -m ops`, by whoever sits in the office."""
        command = self._as_machine([PYTHON, "-m", "ops", *words])
        environ = {**os.environ, **self.environ()}
        done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackError(f"{' '.join(words)} failed: {done.stderr.strip()}")

    def environ(self) -> dict[str, str]:
        trusted = str(self._papers.trusted)
        return {**self.settings, **AWS, "SSL_CERT_FILE": trusted, "AWS_CA_BUNDLE": trusted}

    def house_settings(self) -> Settings:
        """For a house of our own in the office, which prepares and looks: it goes to the same database and store."""
        os.environ.update(AWS)
        direct = {"DATABASE_URL": self.address_of(), "REDIS_URL": f"redis://{DATA.address}:{plan.VALKEY}/0"}
        store = {"AWS_ENDPOINT_URL_S3": f"http://{DATA.address}:{plan.STORE}"}
        return load({**self.settings, **direct, **store, "MIOMIO_ENV": "test"})

    def address_of(self) -> str:
        return f"postgresql://postgres@{DATA.address}:{plan.POSTGRES}/{plan.DATABASE}"

    def url(self, port: int) -> str:
        """An emulator's own surface, past its https."""
        return f"http://{INTERNET.address}:{port}"

    def bucket(self) -> S3Client:
        os.environ.update(AWS)
        return s3_client(region="us-east-1", endpoint=f"http://{DATA.address}:{plan.STORE}")

    def log(self, machine: Machine) -> Path:
        return self.processes.logs / f"{machine.name}.log"

    def _start_keepers(self) -> None:
        folder = self.folder / "postgres"
        folder.mkdir(mode=0o755)
        options = ("-c", f"listen_addresses=127.0.0.1,{DATA.address}", "-c", "max_connections=150")
        self._postgres = Postgres(folder, options=options)
        self._postgres.port = plan.POSTGRES
        self._postgres.create()
        with (folder / "data" / "pg_hba.conf").open("a") as doors:
            doors.write(f"host all all {plan.INSIDE}.0/24 trust\n")
        self._postgres.start()
        local = f"postgresql://postgres@127.0.0.1:{plan.POSTGRES}/postgres"
        with psycopg.connect(local, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {plan.DATABASE}")
        bell = [*valkey_command(plan.VALKEY, self.folder / "valkey"), "--bind", DATA.address, "--protected-mode", "no"]
        self.processes.start("valkey", bell, {})
        moto = [str(Path(PYTHON).parent / "moto_server"), "-H", DATA.address, "-p", str(plan.STORE)]
        # Names of buckets stand in the path, as our client sends them to a host that is not Amazon's.
        self.processes.start("store", moto, {"MOTO_S3_CUSTOM_ENDPOINTS": self.settings["AWS_ENDPOINT_URL_S3"]})
        self._start_front("store-front", {DATA.address: f"{DATA.address}:{plan.STORE}"})

    def _start_outside(self) -> None:
        words = ["--telegram-port", str(plan.CHAT), "--gemini-port", str(plan.GEMINI), "--kling-port", str(plan.KLING)]
        words += ["--host", "0.0.0.0", "--token", plan.TOKEN]  # noqa: S104  its machine's own network
        # They call our website back, by name and over https.
        command = self._as_machine([PYTHON, "-m", "emulators", *words])
        self.processes.start("emulators", command, {"SSL_CERT_FILE": str(self._papers.trusted)})
        self._start_front("outside-front", {address: behind for address, (_, behind) in plan.public().items()})

    def _start_front(self, name: str, fronts: Mapping[str, str]) -> None:
        pairs = [f"{address}={behind}" for address, behind in fronts.items()]
        papers = [str(self._papers.certificate), str(self._papers.key)]
        self.processes.start(name, [PYTHON, "-m", "deploy.cluster.front", *papers, *pairs], {})
        self.processes.wait_until(name, lambda: "ready" in self.processes.last_words(name))

    def _make_room(self) -> None:
        def made() -> bool:
            try:
                self.bucket().create_bucket(Bucket=plan.BUCKET)
            except Exception:  # whatever it is, the process is looked at and it is tried again
                return False
            return True

        self.processes.wait_until("store", made)

    def _start_ours(self, machine: Machine) -> None:
        self.processes.start(machine.name, self._as_machine([PYTHON, "-m", *machine.words]), self.environ())

    def _as_machine(self, command: list[str]) -> list[str]:
        seen = [str(self._hosts), str(self._papers.trusted), certifi.where()]
        return ["unshare", "--mount", "sh", "-c", BECOME, "sh", *seen, *command]

    def _ready(self, machine: Machine) -> bool:
        if machine is not WEB_HOST:
            return "worker.ready" in self.processes.last_words(machine.name)
        try:
            return requests.get(f"http://{machine.address}:{plan.WEB_PORT}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def _play(self) -> None:
        """Ready pictures and clips, that take their time: so that some are in the making whenever a cable is cut."""
        telling = [
            (f"{self.url(plan.CHAT)}/client/settings", SPEEDS),
            (f"{self.url(plan.GEMINI)}/control/settings", {"canned": True, "canned_kib": 32, "latency": 2.0}),
            (
                f"{self.url(plan.KLING)}/control/settings",
                {"canned": True, "seconds": [2.0, 6.0], "files_base": f"https://{plan.FILES}"},
            ),
        ]
        for address, values in telling:
            requests.post(address, json=values, timeout=10).raise_for_status()
