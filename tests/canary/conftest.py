"""One run of everything, and what it left behind: on Postgres with a bucket, and on SQLite with a folder."""

from __future__ import annotations

import random
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer

from custody.media import ATTACHMENT, PHOTO
from models import Media
from privacy.search import Canary, slices
from tests.canary.flows import stories
from tests.canary.marks import Marks, whose
from tests.canary.recorder import Recorder
from tests.canary.service import Service
from tests.canary.trouble import troubles
from tests.parts import postgres
from tests.vault.conftest import only_test_credentials
from vault.s3 import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "canaries"
IN_MEMORY = Path("/dev/shm")


@dataclass
class Run:
    """A service after its run: still there to be looked at, and what may be found nowhere in it."""

    service: Service
    folder: Path | None  # of Postgres
    client: S3Client | None
    pictures: list[Canary]  # of photos and results, as they are when nobody has sealed them
    photos: dict[bytes, int]  # plain bytes of each photo that is kept -> whose it is

    @property
    def canaries(self) -> list[Canary]:
        return [*self.service.marks.canaries(), *self.pictures]


@pytest.fixture(scope="module", params=["postgres", "sqlite"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    data, marks = tmp_path_factory.mktemp("canary"), Marks(random.Random(secrets.randbits(64)))
    with ExitStack() as stack:
        if request.param == "sqlite":
            service = Service(data, marks, {}, {}, None)
            folder, client = None, None
        else:
            folder = stack.enter_context(_folder_of_postgres())
            port = stack.enter_context(postgres(folder))
            recorder, client, store = stack.enter_context(_bucket())
            database = {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port}/postgres"}
            service = Service(data, marks, database, store, recorder)
        stack.callback(service.close)
        service.start()
        lived(service)
        pictures, photos = unsealed(service)
        yield Run(service, folder, client, pictures, photos)


def lived(service: Service) -> None:
    """All stories, then all troubles."""
    told = stories()
    service.at_once([lambda n=n, story=story: story(service, service.bird(n)) for n, story in told.items()])  # type: ignore[misc]
    for number, trouble in enumerate(troubles(service), start=len(told)):
        trouble(service, service.bird(number))


def unsealed(service: Service) -> tuple[list[Canary], dict[bytes, int]]:
    """Slices of everything that is sealed, opened as our own program opens it; and the photos with their owners."""
    found: dict[str | bytes, Canary] = {}
    photos: dict[bytes, int] = {}
    with only_test_credentials(), service.house() as house:
        with house.database.connection():
            kept = list(Media.select().where(Media.state == Media.STORED))
        kept.sort(key=lambda media: media.kind != ATTACHMENT)  # the same picture elsewhere is named after that
        for media in kept:
            with house.media.open(media, purpose="rights") as opened:
                data = opened.read()
            found |= {canary.value: canary for canary in slices(f"a {media.kind}", data)}
            if media.kind == PHOTO:
                photos[data] = whose(data)
    uploaded = service.marks.photo(0)
    return [*found.values(), *slices("a photo as it was sent", uploaded)], photos


@contextmanager
def _folder_of_postgres() -> Iterator[Path]:
    where = str(IN_MEMORY) if IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="miomio-canary-", dir=where, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def _bucket() -> Iterator[tuple[Recorder, S3Client, dict[str, str]]]:
    """A real S3 API behind a recorder, a client of ours to look into it, and the settings to use it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    recorder = Recorder("cloud", port)
    try:
        with only_test_credentials():
            client = s3_client(region="us-east-1", endpoint=f"http://127.0.0.1:{port}")
        client.create_bucket(Bucket=BUCKET)
        yield (
            recorder,
            client,
            {
                "S3_BUCKET": BUCKET,
                "STORE_PATH": "",
                "AWS_REGION": "us-east-1",
                "AWS_ENDPOINT_URL_S3": recorder.address,
                "AWS_ACCESS_KEY_ID": "test-id",
                "AWS_SECRET_ACCESS_KEY": "test-secret",
            },
        )
    finally:
        recorder.close()
        server.stop()
