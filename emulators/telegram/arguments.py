"""A call's arguments, from wherever they came: query string, form, JSON or multipart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .errors import ApiError, bad_request
from .multipart import Malformed, Part, Reader, boundary_of
from .spool import Spool


@dataclass(slots=True, frozen=True)
class Upload:
    name: str
    body: Spool
    mime: str | None = None


@dataclass(slots=True)
class Arguments:
    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Empty when absent."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            return default

    def boolean(self, name: str) -> bool:
        return self.text(name).strip().lower() in ("true", "1", "yes", "t")

    def given(self, name: str) -> bool:
        return self.values.get(name) is not None or name in self.uploads

    def structure(self, name: str, complaint: str) -> Any:
        """A JSON value, or None when absent or empty."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(complaint) from error

    def public(self) -> dict[str, Any]:
        """For the records: everything but the bytes of files."""
        files = {name: {"file_name": upload.name, "size": upload.body.size} for name, upload in self.uploads.items()}
        return {**self.values, **files}

    def discard(self) -> None:
        """Lets go of the files that nobody kept."""
        for upload in self.uploads.values():
            upload.body.discard()


def from_request(query: Mapping[str, str], content_type: str, body: bytes | bytearray) -> Arguments:
    """Raises ApiError for a body that is not what its content type says."""
    arguments = Arguments(dict(query))
    if body:
        read_body(arguments, content_type, body)
    return arguments


def from_form(query: Mapping[str, str], parts: list[Part]) -> Arguments:
    arguments = Arguments(dict(query))
    _take_parts(arguments, parts)
    return arguments


def read_body(arguments: Arguments, content_type: str, body: bytes | bytearray) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        arguments.values.update(_json_object(body))
    elif kind == "application/x-www-form-urlencoded":
        arguments.values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == "multipart/form-data":
        _read_multipart(arguments, content_type, body)


def malformed() -> ApiError:
    return ApiError(400, "Bad Request: can't parse multipart form data")


def _json_object(body: bytes | bytearray) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse the request's JSON") from error
    if not isinstance(value, dict):
        raise bad_request("JSON object expected")
    return value


def _read_multipart(arguments: Arguments, content_type: str, body: bytes | bytearray) -> None:
    try:
        reader = Reader(boundary_of(content_type))
        reader.feed(bytes(body))
        _take_parts(arguments, reader.finish())
    except Malformed as error:
        raise malformed() from error


def _take_parts(arguments: Arguments, parts: list[Part]) -> None:
    for part in parts:
        if part.file_name is None:
            arguments.values[part.name] = part.body.text()
            part.body.discard()
        else:
            arguments.uploads[part.name] = Upload(part.file_name, part.body, part.mime)
