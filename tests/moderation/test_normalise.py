from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation.normalise import CLAUSE, COMMA, NONE, PARTED, SOFT, SPACE, WORD, read, spell


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Café", "cafe"),
        ("ＣＡＦＥ", "cafe"),
        ("𝒄𝓪𝖋𝚎", "cafe"),
        ("ⓒⓐⓕⓔ", "cafe"),
        ("🇨🇦🇫🇪", "cafe"),
        ("🅲🅰🅵🅴", "cafe"),
        ("сafе", "cafe"),
        ("c\u200ba\u00adf\u2060e\ufe0f", "cafe"),
        ("\u202ecafe\u202c", "cafe"),
        ("c̶a̷f̸e", "cafe"),
        ("Straße", "strase"),
        ("ﬁne", "fine"),
        ("cafe-bar", "cafe bar"),
        ("體驗 著色", "体验 着色"),
    ],
)
def test_one_spelling_stands_for_all_ways_to_write_a_word(written: str, plain: str) -> None:
    assert spell(written) == plain


def test_a_letter_that_looks_like_two_keeps_both_readings() -> None:
    assert set("lk") & set(read("ӏ").readings[0]) == {"l"}
    assert set(read("ӏ").readings[0]) == {"i", "l"}


@pytest.mark.parametrize("number", ["in 1990", "at 5:30", "1080", "iso 100, 35 mm", "3 cats and 7 dogs"])
def test_numbers_beside_words_stay_numbers(number: str) -> None:
    reading = read(number)
    assert [one for one in reading.readings if one[0].isdigit() and len(one) > 1] == []


@pytest.mark.parametrize("disguised", ["c4fe", "c @fe c4fe", "c 4 f e", "c4f3 44"])
def test_digits_in_and_beside_mixed_words_may_be_letters(disguised: str) -> None:
    reading = read(disguised)
    assert any("4" in one and "a" in one for one in reading.readings)


@pytest.mark.parametrize(
    ("prompt", "gap"),
    [
        ("ab", NONE),
        ("aB", SOFT),
        ("a畫", SOFT),
        ("畫畫", SOFT),
        ("a b", SPACE),
        ("a-b", SPACE),
        ("a, b", SPACE),  # after a lone letter a comma only disguises
        ("畫 畫", SPACE),
        ("畫，畫", CLAUSE),
    ],
)
def test_what_stands_between_two_letters_is_told_apart(prompt: str, gap: int) -> None:
    assert read(prompt).before[1] == gap


@pytest.mark.parametrize(
    ("prompt", "gap"), [("ab, b", COMMA), ("ab. b", CLAUSE), ("ab! b", CLAUSE), ("ab.b", SPACE), ("ab\nb", SPACE)]
)
def test_only_points_after_words_part_clauses(prompt: str, gap: int) -> None:
    assert read(prompt).before[-1] == gap


def test_a_blank_parts_han_words_but_not_single_characters() -> None:
    assert read("女性 感覺").before[2] == PARTED
    assert read("水 彩").before[1] == SPACE


def test_a_possessive_s_begins_no_word() -> None:
    reading = read("friend's ex")
    assert [reading.opens[index] for index in (0, 6, 7)] == [True, False, True]
    assert reading.closes[5]


def test_a_word_is_as_long_as_two_han_characters_and_letters_apart_are_no_longer() -> None:
    assert read("painting").ends_at[-1] == WORD
    assert read("繪畫").ends_at[-1] == WORD
    assert read("p a i n t i n g").ends_at[-1] == WORD


def test_long_runs_of_one_letter_are_cut_short() -> None:
    assert len(read("w" + "o" * 500 + "w")) == 5


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_every_letter_has_every_fact_about_it(text: str) -> None:
    reading = read(text)
    lists = (
        reading.kinds,
        reading.before,
        reading.opens,
        reading.closes,
        reading.run_together,
        reading.begins_at,
        reading.ends_at,
    )
    assert {len(one) for one in lists} == {len(reading)}
    assert reading.begins_at == sorted(reading.begins_at)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abn' 衣體", max_size=12))
@example("aa'aa")
def test_the_short_cuts_of_spelling_change_nothing(term: str) -> None:
    assert spell(term) == spell(f"\u200b{term}")  # an invisible letter leads around the short cuts
