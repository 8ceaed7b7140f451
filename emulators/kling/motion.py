"""How the camera moves: words of the prompt choose a motion, which says where the window stands at each moment."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from emulators.words import named_in


@dataclass(frozen=True)
class Window:
    """What is seen of the picture: the centre and the width as shares of the picture, and the tilt in degrees."""

    x: float = 0.5
    y: float = 0.5
    share: float = 0.76
    degrees: float = 0.0


Motion = Callable[[float], Window]

# The motion with the most letters of matching words wins; a word is looked for where a word of the prompt begins.
KEYWORDS: dict[str, tuple[str, ...]] = {
    "zoom-in": ("zoom", "push in", "dolly", "closer", "close-up"),
    "zoom-out": ("zoom out", "zooms out", "pull back", "pulls back", "dolly out", "step back"),
    "pan-right": ("pan", "pans", "to the right"),
    "pan-left": ("pan left", "pans left", "to the left"),
    "tilt-up": ("tilt", "rise", "rises", "crane", "upward"),
    "tilt-down": ("tilt down", "tilts down", "sink", "downward", "fall"),
    "sway": ("sway", "rock", "swing", "wave", "wind", "breeze"),
    "roll": ("roll", "rotat", "spin", "twist", "whirl"),
    "pulse": ("breath", "pulse", "heartbeat", "blink", "smile"),
    "shake": ("shake", "shaky", "handheld", "hand-held", "trembl"),
    "drift": ("drift", "float", "glide", "parallax"),
    "orbit": ("orbit", "circle", "circling", "around"),
}


def eased(moment: float) -> float:
    return moment * moment * (3.0 - 2.0 * moment)


def between(start: float, end: float, moment: float) -> float:
    return start + (end - start) * eased(moment)


def wave(moment: float, turns: float, phase: float = 0.0) -> float:
    return math.sin(2.0 * math.pi * (turns * moment + phase))


def sway(moment: float) -> Window:
    return Window(x=0.5 + 0.07 * wave(moment, 2), degrees=4.0 * wave(moment, 2))


def shake(moment: float) -> Window:
    return Window(x=0.5 + 0.03 * wave(moment, 9) * wave(moment, 4), y=0.5 + 0.03 * wave(moment, 7, 0.2))


# Every moment lies from 0 to 1; no window reaches beyond the picture.
MOTIONS: dict[str, Motion] = {
    "zoom-in": lambda moment: Window(share=between(1.0, 0.6, moment)),
    "zoom-out": lambda moment: Window(share=between(0.6, 1.0, moment)),
    "pan-right": lambda moment: Window(x=between(0.38, 0.62, moment)),
    "pan-left": lambda moment: Window(x=between(0.62, 0.38, moment)),
    "tilt-up": lambda moment: Window(y=between(0.62, 0.38, moment)),
    "tilt-down": lambda moment: Window(y=between(0.38, 0.62, moment)),
    "sway": sway,
    "roll": lambda moment: Window(share=0.66, degrees=between(-12.0, 12.0, moment)),
    "pulse": lambda moment: Window(share=0.9 - 0.1 * wave(moment, 3)),
    "shake": shake,
    "drift": lambda moment: Window(x=between(0.38, 0.62, moment), y=between(0.62, 0.38, moment)),
    "orbit": lambda moment: Window(x=0.5 + 0.11 * wave(moment, 1), y=0.5 + 0.11 * wave(moment, 1, 0.25)),
}


def choose(prompt: str) -> str:
    """The motion that the prompt names, else one that the prompt's hash picks."""
    return named_in(prompt, KEYWORDS, _begins)


def _begins(key: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(key)}", text) is not None
