"""How long a deletion of 1,000 objects of 500 MB takes on a real S3 API, against the bare requests that delete as
many."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import boto3
import psycopg

from bench.figures import Found, Runs
from bench.people import join, photo_of
from bench.share import part
from bench.sides import BARE_REQUESTS, OURS
from config import load
from custody.media import RESULT
from jobs.runner import Runner
from models import Erasure, Media, Order, Work, new_id
from privacy.erasures import ERASE, GENERATED
from tests.parts import free_port, postgres, tool, wait_for_port
from vault.s3 import DELETE_BATCH, S3Store
from workers.assembly import assemble
from workers.house import House

OBJECTS, BYTES = 1_000, 500_000
ROUNDS = 2
BUCKET = "bench"
KEY = base64.b64encode(bytes(range(32))).decode()


class Passed:
    """What went to the store: how many requests by operation, and when the last deletion."""

    def __init__(self, house: House) -> None:
        self.client = cast(S3Store, house.media.store)._client
        self.client.meta.events.register("before-call.s3", self._begins)
        self.client.meta.events.register("after-call.s3", self._ends)
        self.clear()

    def clear(self) -> None:
        self.requests: Counter[str] = Counter()
        self.last_deletion = 0.0

    def _begins(self, model: Any, **_: Any) -> None:
        self.requests[model.name] += 1

    def _ends(self, model: Any, **_: Any) -> None:
        if model.name == "DeleteObjects":
            self.last_deletion = time.perf_counter()


def run(share: float = 1.0) -> Found:
    """In turns. `…_asked`: the transaction from whose commit on nothing opens; `…_gone`: from the worker's taking the
    row until record and keys are done and the last object is gone. Beside both: the same objects by bare requests."""
    found: dict[str, Runs] = {}
    objects, rounds = part(OBJECTS, share), part(ROUNDS, share)
    with tempfile.TemporaryDirectory(prefix="miomio-bench-", ignore_cleanup_errors=True) as name, _s3() as endpoint:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "postgres").mkdir()
        found |= _measured("sqlite", f"sqlite:///{folder}/bench.db", endpoint, objects, rounds)
        with postgres(folder / "postgres") as port:
            server = f"postgresql://postgres@127.0.0.1:{port}"
            with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
                admin.execute("CREATE DATABASE bench")
            found |= _measured("postgres", f"{server}/bench", endpoint, objects, rounds)
    return found


def _measured(name: str, database: str, endpoint: str, objects: int, rounds: int) -> Found:
    house = _house(database, endpoint)
    house.database.migrate()
    passed = Passed(house)
    bare: list[dict[str, float]] = []
    ours: list[dict[str, float]] = []
    for number in range(rounds):
        by_requests, by_us = _fill(house, 2 * number, objects), _fill(house, 2 * number + 1, objects)
        bare.append(_bare(house, by_requests, passed))
        ours.append(_erased(house, by_us, passed))
    house.close()
    return {
        f"{name}_{what}": {OURS: [once[what] for once in ours], BARE_REQUESTS: [once[beside] for once in bare]}
        for what, beside in (("gone", "ms"), ("asked", "ms"), ("requests", "requests"))
    }


def _bare(house: House, account: str, passed: Passed) -> dict[str, float]:
    """Milliseconds for the requests alone, and how many."""
    with house.database.connection():
        names = [media.object_name for media in Media.select().where(Media.account == account)]
    passed.clear()
    began = time.perf_counter()
    for start in range(0, len(names), DELETE_BATCH):
        wanted: Any = {"Objects": [{"Key": name} for name in names[start : start + DELETE_BATCH]], "Quiet": True}
        passed.client.delete_objects(Bucket=BUCKET, Delete=wanted)
    took = time.perf_counter() - began
    return {"ms": took * 1e3, "requests": float(sum(passed.requests.values()))}


def _erased(house: House, account: str, passed: Passed) -> dict[str, float]:
    began = time.perf_counter()
    with house.database.unit() as unit:
        erasure = house.erasures.ask(unit, account=account, scope=GENERATED)
    asked = time.perf_counter() - began
    with house.database.connection():
        work = Work.get((Work.kind == ERASE) & (Work.subject == erasure.id)).id
    passed.clear()
    began = time.perf_counter()
    assert Runner(house.desk).run(work)
    with house.database.connection():
        done = Erasure.get_by_id(erasure.id)
        left = Media.select().where((Media.account == account) & (Media.kind == RESULT)).count()
    if done.state != Erasure.DONE or left:
        sys.exit(f"{left} objects are left: no figure")
    return {
        "asked": asked * 1e3,
        "gone": (passed.last_deletion - began) * 1e3,
        "requests": float(sum(passed.requests.values())),
    }


def _fill(house: House, number: int, objects: int) -> str:
    """Somebody with so many results; their account."""
    account = join(house, number)
    photo = photo_of(house, account, b"\xff\xd8 a photo")
    data = os.urandom(BYTES)
    made = [
        house.media.keep(account=account, kind=RESULT, data=data, mime="image/png", width=1024, height=1024)
        for _ in range(objects)
    ]
    with house.database.unit() as unit:
        rows = [
            {
                "id": new_id(),
                "account": account,
                "state": Order.DELIVERED,
                "kind": "picture",
                "price": 1,
                "provider": "gemini",
                "photo": photo,
                "media": media.id,
                "created_at": unit.now,
            }
            for media in made
        ]
        for media in made:
            house.media.stored(unit, media)
        for start in range(0, objects, 200):
            Order.insert_many(rows[start : start + 200]).execute()
    return account


def _house(database: str, endpoint: str) -> House:
    for name, value in (("ACCESS_KEY_ID", "bench"), ("SECRET_ACCESS_KEY", "bench"), ("CONFIG_FILE", os.devnull)):
        os.environ[f"AWS_{name}"] = value
    return assemble(
        load(
            {
                "MIOMIO_ENV": "test",
                "DATABASE_URL": database,
                "REDIS_URL": "redis://127.0.0.1:1/0",
                "S3_BUCKET": BUCKET,
                "AWS_REGION": "us-east-1",
                "AWS_ENDPOINT_URL_S3": endpoint,
                "STORE_PATH": "unused",
                "TELEGRAM_TOKEN": "12345:bench",
                "TELEGRAM_API_URL": "http://127.0.0.1:1",
                "GEMINI_API_KEY": "bench",
                "GEMINI_API_URL": "http://127.0.0.1:1",
                "PUBLIC_URL": "http://127.0.0.1:1",
                "INDEX_KEY": f"1:{KEY}",
                "MASTER_KEYS": f"m1:{KEY}",
                "RECEIPT_KEY": f"test:{KEY}",
            }
        ),
        ring=lambda *_: None,
    )


@contextmanager
def _s3() -> Iterator[str]:
    """A real S3 API in a process of its own, with the bucket; its address."""
    port = free_port()
    command = [tool("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, server)
        endpoint = f"http://127.0.0.1:{port}"
        boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=endpoint,
            aws_access_key_id="bench",
            aws_secret_access_key="bench",
        ).create_bucket(Bucket=BUCKET)
        yield endpoint
    finally:
        server.terminate()
        server.wait(30)
