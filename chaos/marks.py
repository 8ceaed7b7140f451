"""Words by which people of this run are known, and which occur nowhere else: whatever is found of them was in plain."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from functools import cached_property

from PIL import ExifTags, Image

from privacy.search import Canary

LETTERS = "bcdfghjklmnpqrstvwxz"  # no vowels: no word of any language, and nothing that a filter reads
BIRDS = "鳥鴉鵲鶴鷗鸚鵡鶯鷺鴿鳩鳳鸞鷹鵬鴻"
SIDES = (320, 240)
SLICE = 32  # bytes of a file that are looked for


@dataclass(frozen=True)
class Marks:
    """Drawn from one seed."""

    seed: str

    @cached_property
    def latin(self) -> str:
        return "kanarie" + "".join(self._chance.choices(LETTERS, k=9))

    @cached_property
    def chinese(self) -> str:
        return "".join(random.Random(f"{self.seed} birds").sample(BIRDS, 8))

    @cached_property
    def digits(self) -> str:
        """What the Telegram ids of everybody begin with; ids have 15 digits."""
        return "".join(random.Random(f"{self.seed} digits").choices("123456789", k=12))

    def id_of(self, person: int) -> int:
        return int(f"{self.digits}{person:03d}")

    def name_of(self, person: int) -> str:
        return f"{self.latin}n{person:03d} {self.chinese}"

    def words(self, number: int) -> str:
        """A wish of somebody: both marks stand in it, so that a part of it is known, too."""
        return f"{self.token(number)} {self.chinese}"

    def token(self, number: int) -> str:
        """The part of a wish that no other one has. Its number is written in letters: the filter of prompts reads
        digits as what they look like, and refused number 8008."""
        places = (len(LETTERS) ** place for place in reversed(range(4)))
        return f"{self.latin}w{''.join(LETTERS[number // place % len(LETTERS)] for place in places)}"

    def photo(self, person: int) -> bytes:
        """As a phone takes it: with noise, so that no two are alike, and with words in its metadata."""
        noise = random.Random(f"{self.seed} photo {person}")
        picture = Image.new("RGB", SIDES, (noise.randrange(256), noise.randrange(256), noise.randrange(256)))
        picture.paste(Image.frombytes("RGB", (SIDES[0], 24), noise.randbytes(3 * SIDES[0] * 24)), (0, 0))
        exif = Image.Exif()
        exif[ExifTags.Base.Artist] = f"{self.latin}m{person:03d}"
        made = io.BytesIO()
        picture.save(made, "JPEG", exif=exif)
        return made.getvalue()

    @property
    def watched(self) -> tuple[bytes, ...]:
        """For who looks at bytes that pass."""
        return self.latin.encode(), self.chinese.encode(), self.digits.encode()

    def canaries(self) -> list[Canary]:
        """What may stand in plain nowhere at rest."""
        return [
            Canary("a person's words or name", self.latin),
            Canary("a person's words or name in Chinese", self.chinese),
            Canary("a Telegram id", self.digits),
        ]

    @cached_property
    def _chance(self) -> random.Random:
        return random.Random(f"{self.seed} words")


def slices(what: str, data: bytes) -> list[Canary]:
    """Three places of a file: after its head, in the middle, near its end."""
    if len(data) < 4096:
        raise ValueError(f"{what} is too small to take slices of it")
    return [Canary(what, data[at : at + SLICE]) for at in (1536, len(data) // 2, len(data) - 256)]
