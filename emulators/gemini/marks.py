"""Marks of origin inside a picture's bytes, where C2PA and XMP keep them; real providers add theirs likewise.

The manifest is a stand-in without a signature: enough for tests to see whether the marks survive.
"""

from __future__ import annotations

import json
import struct
import zlib

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    f'Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"/></rdf:RDF></x:xmpmeta>'
)
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_C2PA_UUID = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
_JSON_UUID = b"json\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"


def marked(picture: bytes, mime: str, instance: str) -> bytes:
    """The same picture with a manifest naming `instance` and an XMP packet; pixels untouched."""
    manifest = _manifest(instance)
    if mime == "image/png":
        text = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + XMP.encode()
        return picture[:33] + _chunk(b"caBX", manifest) + _chunk(b"iTXt", text) + picture[33:]
    app11 = b"JP" + struct.pack(">HI", 1, 1) + manifest
    return picture[:2] + _segment(0xE1, _JPEG_XMP + XMP.encode()) + _segment(0xEB, app11) + picture[2:]


def padded(jpeg: bytes, size: int) -> bytes:
    """A JPEG made at least `size` bytes long with comments, so that load tests move realistic amounts."""
    while len(jpeg) < size:
        filling = min(size - len(jpeg), 65000)
        jpeg = jpeg[:2] + _segment(0xFE, b"." * filling) + jpeg[2:]
    return jpeg


def _manifest(instance: str) -> bytes:
    claim = {
        "claim_generator": "gemini emulator",
        "instanceID": instance,
        "assertions": [{"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}],
    }
    described = _box(b"jumd", _JSON_UUID + b"\x03c2pa.claim\x00")
    inner = _box(b"jumb", described + _box(b"json", json.dumps(claim).encode()))
    return _box(b"jumb", _box(b"jumd", _C2PA_UUID + b"\x03c2pa\x00") + inner)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
