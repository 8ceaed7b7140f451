"""A bucket on a real S3 API, which ends with its test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from vault.s3 import s3_client


@contextmanager
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """A client as the service makes it, and the bucket's name."""
    for name, value in (("ACCESS_KEY_ID", "test-id"), ("SECRET_ACCESS_KEY", "test"), ("CONFIG_FILE", os.devnull)):
        monkeypatch.setenv(f"AWS_{name}", value)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client, name = s3_client(region="us-east-1", endpoint=f"http://{host}:{port}"), f"test-{uuid.uuid4().hex}"
    boto3.client("s3", region_name="us-east-1", endpoint_url=f"http://{host}:{port}").create_bucket(Bucket=name)
    yield client, name
    server.stop()
