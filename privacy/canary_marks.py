"""What the canary person is known by: a name, words and a drawn picture, made anew for each run and kept nowhere."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Final

from PIL import ExifTags, Image, ImageDraw

from privacy.search import Canary

LETTERS: Final = "bcdfghjklmnpqrstvwxz"  # no vowels: no word of any language, and nothing that a filter reads
BIRDS: Final = "鳥鴉鵲鶴鷗鸚鵡鶯鷺鴿鳩鳳鸞鷹鵬鴻"
SIDES: Final = (640, 480)
STRIP: Final = 48  # rows of noise, so that every slice of the picture is its own
SKY, FIELD, BODY, WING, BEAK = (158, 202, 225), (102, 153, 90), (250, 214, 70), (224, 172, 40), (230, 120, 40)


@dataclass(frozen=True, repr=False)
class Marks:
    """`random` must be one that nobody can guess."""

    random: Random

    @cached_property
    def latin(self) -> str:
        return "canary" + "".join(self.random.choices(LETTERS, k=16))

    @cached_property
    def chinese(self) -> str:
        return "".join(self.random.sample(BIRDS, 8))

    @property
    def prompt(self) -> str:
        """What the picture is to become. Nothing that anybody could object to, and both marks."""
        return f"a quiet garden with a yellow bird, {self.latin} {self.chinese}"

    def picture(self) -> bytes:
        """A drawn bird on a field, as a JPEG whose metadata carry the marks. It shows nobody."""
        drawn = Image.new("RGB", SIDES, SKY)
        pen = ImageDraw.Draw(drawn)
        pen.rectangle((0, 330, *SIDES), fill=FIELD)
        pen.ellipse((220, 180, 420, 340), fill=BODY)
        pen.ellipse((370, 130, 470, 230), fill=BODY)
        pen.pieslice((240, 200, 380, 320), 20, 200, fill=WING)
        pen.polygon(((465, 170), (510, 185), (465, 198)), fill=BEAK)
        pen.ellipse((430, 165, 442, 177), fill=(30, 30, 30))
        noise = Image.frombytes("RGB", (SIDES[0], STRIP), self.random.randbytes(3 * SIDES[0] * STRIP))
        drawn.paste(noise, (0, SIDES[1] - STRIP))
        exif = Image.Exif()
        exif[ExifTags.Base.Artist] = self.latin
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\0" + self.chinese.encode("utf-16-be")
        made = io.BytesIO()
        drawn.save(made, "JPEG", quality=92, exif=exif, comment=self.latin.encode())
        return made.getvalue()

    def canaries(self) -> list[Canary]:
        return [Canary("its name or words", self.latin), Canary("its words in Chinese", self.chinese)]
