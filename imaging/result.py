"""What came back from a provider, judged by its header alone: it is kept as it came and not decoded here."""

from __future__ import annotations

from errors import Permanent
from imaging import header


def probe(data: bytes) -> tuple[str, int, int]:
    """MIME type, width and height. Raises Permanent("result.not_a_picture") for anything but JPEG, PNG or WebP.

    The provider's own word for the type is not asked: it has been wrong.
    """
    kind = header.kind_of(data)
    size = header.dimensions(kind, data) if kind in header.MEASURED else None
    if size is None:
        raise Permanent("result.not_a_picture", size=len(data))
    return f"image/{kind}", *size
