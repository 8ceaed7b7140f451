"""Real videos, made on the spot."""

from __future__ import annotations

import io

import av
from PIL import Image

RATE = 10


def film(width: int, height: int, *, seconds: int) -> bytes:
    """An H.264 MP4 whose colour changes as it plays."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * RATE):
            shade = Image.linear_gradient("L").resize((width, height))
            picture = Image.merge("RGB", (shade, shade.rotate(90), Image.new("L", (width, height), number * 9 % 256)))
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()
