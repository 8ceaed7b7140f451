"""Which language a code means, and what counts: one choice of words for a number, one function for a language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from time import process_time

import pytest

from policy.categories import CATEGORIES
from policy.recipients import RECIPIENTS
from policy.terms import YEAR
from wording import failures, money, orders
from wording.commands import menu, menus
from wording.language import LANGUAGES, TRANSLATED, listed, sentences, tag_of, translate
from wording.periods import keeps, kept, period

EN, HANT, HANS = map(translate, LANGUAGES)


@pytest.mark.parametrize(
    ("tag", "codes"),
    [
        ("en", (None, "", "en", "en-GB", "de", "ja", "pt-br", "zhx", "x-zh")),
        ("zh-hant", ("zh-hk", "zh-HK", "zh_TW", "zh-mo", "zh-hant", "zh-Hant-HK", "zh-hant-raw", "yue", "yue-HK")),
        ("zh-hans", ("zh", "zh-cn", "zh-CN", "zh-hans", "zh-sg", "zh-Hans-HK", "zh-my", "yue-Hans")),
    ],
)
def test_telegrams_codes_and_our_tags_mean_a_language(tag: str, codes: tuple[str | None, ...]) -> None:
    assert {code: tag_of(code) for code in codes} == dict.fromkeys(codes, tag)


def test_a_language_has_one_function_however_it_is_asked_for() -> None:
    assert translate("zh-hk") is translate("zh-Hant") is HANT
    assert translate(None) is translate("fr") is EN
    assert len({EN, HANT, HANS}) == 3


def test_english_is_what_stands_in_the_code_and_unknown_words_stay_as_they_are() -> None:
    assert EN("Delete") == "Delete" and EN("") == "" == HANT("")
    assert HANT("gemini-3-pro-image") == "gemini-3-pro-image"


def test_numbers_of_credits_read_right() -> None:
    assert [money.amount(EN, n) for n in (1, 5)] == ["1 credit", "5 credits"]
    assert [money.amount(HANT, n) for n in (1, 5)] == ["1 點", "5 點"]
    assert [orders.credits(HANS, n) for n in (1, 5)] == ["1 点", "5 点"]
    assert "你的 1 點已退回。" in failures.ended_badly(HANT, "provider.refused", credits=1).text
    assert "你的 8 點已退回。" in failures.ended_badly(HANT, "provider.refused", credits=8).text


def test_periods_of_the_register_read_right() -> None:
    days, hour = timedelta(days=30), timedelta(hours=1)
    assert [period(EN, length) for length in (hour, days, YEAR, 7 * YEAR)] == [
        "1 hour", "30 days", "12 months", "7 years",
    ]  # fmt: skip
    assert [period(HANT, length) for length in (hour, days, YEAR, 7 * YEAR)] == [
        "1 小時", "30 天", "12 個月", "7 年",
    ]  # fmt: skip
    assert kept(HANT, CATEGORIES["account"].retention) == "帳戶存續期間，另加提出刪除要求後 30 天"
    assert keeps(HANS, RECIPIENTS["gemini"]) == "最多 55 天，用于监测滥用；绝不用于训练"


def test_lists_and_days_are_written_as_the_language_does_it() -> None:
    assert [listed(_, ("a", "b")) for _ in (EN, HANT, HANS)] == ["a, b", "a、b", "a、b"]
    line = money.MovementLine("charge", "picture", -1, datetime(2026, 11, 25))
    said = [money.balance(_, free=2, held=0, movements=[line], limit=None, spent=0).text for _ in (EN, HANT, HANS)]
    assert "25 Nov  -1  Picture" in said[0]
    assert "11月25日  -1  圖片" in said[1] and "11月25日  -1  图片" in said[2]


def test_every_day_of_a_year_has_two_numbers() -> None:
    days = {(date(2028, 1, 1) + timedelta(days=n)).strftime(HANT("%d %b")) for n in range(366)}
    assert len(days) == 366


def test_the_menu_names_the_same_commands_in_every_language_within_telegrams_limits() -> None:
    assert menu(EN).keys() == menu(HANT).keys() == menu(HANS).keys()
    for _ in (EN, HANT, HANS):
        assert all(0 < len(words) <= 256 for words in menu(_).values())
    assert menus() == {None: menu(EN), "zh": menu(HANS)}


@pytest.mark.alone
def test_reading_both_catalogues_takes_less_than_a_tenth_of_a_second() -> None:
    sentences.cache_clear()

    def once() -> float:
        begun = process_time()
        for tag in TRANSLATED:
            sentences(tag)
        sentences.cache_clear()
        return process_time() - begun

    assert min(once() for _ in range(5)) < 0.1
