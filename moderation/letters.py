"""Which characters stand for which letters: look-alikes, leetspeak, and Traditional beside Simplified characters.

Hand-made and short on purpose: what people use to slip a word past a filter, not the whole of Unicode. What NFKD
already folds (fullwidth, mathematical, circled, accented letters) is not repeated.
"""

from __future__ import annotations

_LOOK_ALIKES = {
    "a": "аАαΑɑɐᴀ∂ӕӔæÆꓮᎪⲁ",
    "b": "вВьЬбБβΒʙƄꓐᏴ",
    "c": "сСϲᴄɔꓚᏟⲥ",
    "d": "ԁԀдДđĐðᴅɖɗꓓᎠ",
    "e": "еЕэЭєЄεΕəǝɛᴇҽꓰᎬⲉ",
    "f": "ғҒƒꜰɟꓝ",
    "g": "ɡԍгɢƃɠꓖᏀ",
    "h": "һҺнНհΗħĦʜɥꓧᎻ",
    "i": "іІıιΙɪӏӀꓲᎥ",
    "j": "јЈᴊʝꓙᎫ",
    "k": "кКκΚᴋʞқꓗᏦ",
    "l": "ӏӀłŁʟǀɭꓡᏞ",
    "m": "мМΜμᴍɯꓟᎷ",
    "n": "пПηոΝɴиИŋꓠ",
    "o": "оОοΟօөӨøØσᴏðꓳⲟ",
    "p": "рРρΡþÞᴘꓑᏢⲣ",
    "q": "ԛԚɋ",
    "r": "гяЯʀɹꓣᎡ",
    "s": "ѕЅꜱʂßꓢᏚ",
    "t": "тТτΤŧŦᴛʇꓔᎢ",
    "u": "υцЦսμᴜʊꓴ",
    "v": "νѵѴᴠʌꓦᏙ",
    "w": "ωшШщЩԝԜѡᴡʍꓪᎳ",
    "x": "хХχΧҳꓫⲭ",
    "y": "уУγΥүҮʏʎꓬ",
    "z": "зЗΖᴢʐꓜᏃ",
}

_LETTER_BLOCKS = (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, regional indicators: no NFKD form

LEET_DIGITS = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
}

# Between letters these may be a letter or a mere separator. A star hides a vowel.
LEET_SYMBOLS = {
    "@": "a",
    "$": "s",
    "€": "e",
    "£": "l",
    "¢": "c",
    "¥": "y",
    "₦": "n",
    "฿": "b",
    "₳": "a",
    "₭": "k",
    "₩": "w",
    "₮": "t",
    "₱": "p",
    "!": "il",
    "¡": "i",
    "|": "il",
    "+": "t",
    "*": "aeiou",
    "#": "aeiou",
}
BEFORE_A_WORD = frozenset("@$€£¢¥₦฿₳₭₩₮₱")  # these open or end a word; the others count only inside one

APOSTROPHES = frozenset("'’‘ʼ`´′")

# Each pair is the Traditional character (or a variant of one) and the Simplified one.
_HAN_PAIRS = "體体"


def _look_alikes() -> dict[str, str]:
    table: dict[str, str] = {}
    for letter, alikes in _LOOK_ALIKES.items():
        for alike in alikes:
            table[alike] = table.get(alike, "") + letter
    for first in _LETTER_BLOCKS:
        table |= {chr(first + offset): chr(ord("a") + offset) for offset in range(26)}
    return table


LOOK_ALIKES = _look_alikes()
SIMPLIFIED = dict(zip(_HAN_PAIRS[::2], _HAN_PAIRS[1::2], strict=True))
