"""People, words and pictures that are known by marks which occur nowhere else: made anew for each run."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from PIL import ExifTags, Image

from privacy.search import Canary

# What a mark stands for: the letters behind it. Two, because base64 splits the last one between neighbours.
ACCOUNT, PROMPT, METADATA, PLACE, TICKET = "aa", "pp", "mm", "gg", "tt"
LETTERS: Final = "bcdfghjklmnpqrstvwxz"  # no vowels: no word of any language, and nothing that a filter reads
BIRDS: Final = "鳥鴉鵲鶴鷗鸚鵡鶯鷺鴿鳩鳳鸞鷹鵬鴻"
SIDES: Final = (320, 240)
STRIP: Final = 32  # rows of noise at the top of every photo, the same in all
HUES: Final = 24


@dataclass(frozen=True)
class Marks:
    """All that is drawn by chance in one run."""

    random: random.Random

    @cached_property
    def latin(self) -> str:
        return "kanarie" + "".join(self.random.choices(LETTERS, k=9))

    @cached_property
    def chinese(self) -> str:
        return "".join(self.random.sample(BIRDS, 8))

    @cached_property
    def digits(self) -> str:
        """What the Telegram ids of everybody begin with; ids have 15 digits."""
        return "".join(self.random.choices("123456789", k=12))

    def id_of(self, number: int) -> int:
        return int(f"{self.digits}{number:03d}")

    def words(self, kind: str, number: int) -> str:
        """A text of a person. Both marks stand in it, so that a part of it is known, too."""
        return f"{self.latin}{kind}{number:02d} {self.chinese}"

    def names(self, number: int) -> dict[str, str]:
        return {
            "first_name": f"Zoë {self.words(ACCOUNT, number)}",
            "last_name": f"{self.chinese}{self.latin}{ACCOUNT}{number:02d}",
            "username": f"{self.latin}{ACCOUNT}{number:02d}",
        }

    def photo(self, number: int, kind: str = "JPEG") -> bytes:
        """A picture of a phone: who took it, where, and with what; its lower part has the person's own colour."""
        noise = random.Random(self.latin)
        picture = Image.new("RGB", SIDES, hue(number))
        picture.paste(Image.frombytes("RGB", (SIDES[0], STRIP), noise.randbytes(3 * SIDES[0] * STRIP)), (0, 0))
        exif = Image.Exif()
        exif[ExifTags.Base.Artist] = self.words(METADATA, number).encode()
        exif[ExifTags.Base.ImageDescription] = self.words(METADATA, number).encode()
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\0" + self.words(PLACE, number).encode()
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        place[ExifTags.GPS.GPSLatitudeRef] = "N"
        place[ExifTags.GPS.GPSLatitude] = (22.0, 17.0, float(number))
        place[ExifTags.GPS.GPSAreaInformation] = self.words(PLACE, number).encode()
        made = io.BytesIO()
        comment = {"comment": self.words(METADATA, number).encode()} if kind == "JPEG" else {}
        picture.save(made, kind, exif=exif, xmp=f"<x>{self.words(METADATA, number)}</x>".encode(), **comment)
        return made.getvalue()

    def canaries(self) -> list[Canary]:
        """What may stand in plain nowhere at rest, of anybody."""
        return [
            Canary("a person's words or names", self.latin),
            Canary("a person's words or names in Chinese", self.chinese),
            Canary("a Telegram id", self.digits),
        ]

    def of_kind(self, kind: str) -> Canary:
        return Canary(f"words of kind {kind}", self.latin + kind)


def hue(number: int) -> tuple[int, int, int]:
    """A colour for each of 24 people, far enough from the others to be known again after any encoding."""
    return 40 + 60 * (number % 4), 40 + 60 * (number // 4 % 3), 60 + 120 * (number // 12 % 2)


def whose(picture: bytes) -> int:
    """Whose photo a picture was made from, by its colour below the strip."""
    with Image.open(io.BytesIO(picture)) as opened:
        seen = opened.convert("RGB").getpixel((opened.width // 2, opened.height * 3 // 4))
    assert isinstance(seen, tuple)
    return min(range(HUES), key=lambda number: sum((a - b) ** 2 for a, b in zip(hue(number), seen, strict=True)))
