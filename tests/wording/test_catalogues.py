"""The catalogues against the sources: complete, exact in whatever programs read, each in its own script and words."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from ops.messages import HEADER, extracted, written
from wording.language import SIMPLIFIED, TRADITIONAL, TRANSLATED, CatalogueError, catalogue_of, read, sentences

SOURCES = extracted()
TAG = re.compile(r"</?[a-z]+(?: [a-z]+=\"[^\"]*\")?>")
COMMAND = re.compile(r"/[a-z]+\b")
NAME = re.compile(r"MIOMIO|Telegram|Google|Gemini|Redis|GDPR|EXIF|999")
# Big5 has the characters of Traditional Chinese and GB 2312 those of Simplified; Hong Kong writes one that Big5 lacks.
SCRIPTS = {TRADITIONAL: ("big5", {"裏"}), SIMPLIFIED: ("gb2312", set[str]())}


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.fixture(params=TRANSLATED)
def tag(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_sentence_of_the_sources_is_translated(tag: str) -> None:
    """`make messages` writes those that are missing into the catalogue; then they want words."""
    known = sentences(tag)
    assert [sentence for sentence in SOURCES if not known.get(sentence, "").strip(" \n")] == []


def test_a_catalogue_holds_nothing_that_the_sources_no_longer_say(tag: str) -> None:
    assert sorted(sentences(tag).keys() - SOURCES.keys()) == []


def test_a_catalogue_is_what_make_messages_writes_and_guesses_nothing(tag: str) -> None:
    text = catalogue_of(tag).read_text(encoding="utf-8")
    assert text == written(tag, SOURCES, sentences(tag))
    with catalogue_of(tag).open("rb") as file:
        assert [m.id for m in read_po(file) if m.id and m.fuzzy] == []


def test_placeholders_are_those_of_the_english_sentence(tag: str) -> None:
    wrong = {e: said for e, said in sentences(tag).items() if placeholders(e) != placeholders(said)}
    assert wrong == {}


def test_markup_is_that_of_the_english_sentence(tag: str) -> None:
    wrong = {e: said for e, said in sentences(tag).items() if sorted(TAG.findall(e)) != sorted(TAG.findall(said))}
    assert wrong == {}


def test_commands_are_those_of_the_english_sentence(tag: str) -> None:
    def commands(text: str) -> list[str]:
        return sorted(COMMAND.findall(TAG.sub("", text)))

    assert {e: said for e, said in sentences(tag).items() if commands(e) != commands(said)} == {}


def test_names_that_nobody_translates_stand_in_the_translation(tag: str) -> None:
    wrong = {e: said for e, said in sentences(tag).items() if not set(NAME.findall(e)) <= set(NAME.findall(said))}
    assert wrong == {}


def test_no_sentence_was_left_in_english(tag: str) -> None:
    names = {"Google Gemini", "Telegram", "Telegram Stars", "{stars} Stars"}
    letters = re.compile(r"[a-z]{3}")
    same = {e for e, said in sentences(tag).items() if e == said and letters.search(re.sub(r"\{.*?\}", "", e))}
    assert same - names == set()


def test_each_catalogue_is_written_in_its_own_script(tag: str) -> None:
    encoding, more = SCRIPTS[tag]
    used = {c for said in sentences(tag).values() for c in said if "\u4e00" <= c <= "\u9fff"}
    assert {c for c in used - more if not c.encode(encoding, errors="ignore")} == set()


@pytest.mark.parametrize(
    ("tag", "right", "wrong"),
    [
        (TRADITIONAL, ("相片", "影片", "私隱", "伺服器", "檔案"), ("照片", "視頻", "隱私", "服務器", "信息")),
        (SIMPLIFIED, ("照片", "视频", "隐私", "服务器", "文件"), ("相片", "影片", "档案", "伺服器", "讯息")),
    ],
)
def test_each_catalogue_has_its_own_words(tag: str, right: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    text = "\n".join(sentences(tag).values())
    assert [word for word in right if word not in text] == []
    assert [word for word in wrong if word in text] == []


@pytest.mark.parametrize(
    ("tag", "ordinance", "commissioner", "principle"),
    [
        (TRADITIONAL, "《個人資料（私隱）條例》（第486章", "個人資料私隱專員公署", "保障資料第6原則"),
        (SIMPLIFIED, "《个人资料（私隐）条例》（第486章", "个人资料私隐专员公署", "保障资料第6原则"),
    ],
)
def test_the_law_is_called_by_its_official_names(tag: str, ordinance: str, commissioner: str, principle: str) -> None:
    text = "\n".join(sentences(tag).values())
    assert ordinance in text and commissioner in text and principle in text


def test_a_catalogue_that_is_missing_empty_or_spoilt_is_an_error_and_not_english(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        read(tmp_path / "zh_Hant" / "LC_MESSAGES" / "miomio.po")
    (tmp_path / "miomio.po").write_text(HEADER.format(folder="zh_Hant"), encoding="utf-8")
    with pytest.raises(CatalogueError, match="translates nothing"):
        read(tmp_path / "miomio.po")
    whole = catalogue_of(TRADITIONAL).read_bytes()
    (tmp_path / "miomio.po").write_bytes(whole.replace(b"\n\n", b"\n<<<<<<< HEAD\n", 1))
    with pytest.raises(CatalogueError):
        read(tmp_path / "miomio.po")
    (tmp_path / "miomio.po").write_bytes(whole.replace("點".encode(), b"\xff", 1))
    with pytest.raises(CatalogueError):
        read(tmp_path / "miomio.po")


def test_sentences_are_found_in_code_in_templates_and_in_lists(tmp_path: Path) -> None:
    for package in ("policy", "wording", "generation", "billing", "web/templates", "policy/published"):
        (tmp_path / package).mkdir(parents=True)
    (tmp_path / "policy" / "a.py").write_text('x = N_("in " "code")\ny = f"{_(\'in an f-string\')}"\nz = _(name)\n')
    (tmp_path / "web" / "templates" / "a.html").write_text('<p>{{ _("in a template").format(a=1) }}</p>')
    block = 'id = "a"\nname = "Name"\ndescription = "Words"\ngroup = "Group"\nprompt = "Never shown"\n'
    (tmp_path / "generation" / "styles.toml").write_text(f"[[style]]\n{block}")
    (tmp_path / "generation" / "motions.toml").write_text(f"[[motion]]\n{block}")
    (tmp_path / "billing" / "prices.toml").write_text('[[pack]]\nid = "a"\nname = "A pack"\n')
    entry = '{"id": "never", "name": "Of the register", "kept": {"start": "-", "words": "once"}, "hosts": ["never"]}'
    published = f'{{"register": {{"t": {{"a": {entry}}}}}, "sections": [{{"id": "a", "title": "Title", "parts": []}}]}}'
    (tmp_path / "policy" / "published" / "v.json").write_text(published)
    assert extracted(tmp_path) == {
        "A pack": ["billing/prices.toml"],
        "Group": ["generation/motions.toml", "generation/styles.toml"],
        "Name": ["generation/motions.toml", "generation/styles.toml"],
        "Words": ["generation/motions.toml", "generation/styles.toml"],
        "Of the register": ["policy/published/v.json"],
        "Title": ["policy/published/v.json"],
        "once": ["policy/published/v.json"],
        "in an f-string": ["policy/a.py"],
        "in code": ["policy/a.py"],
        "in a template": ["web/templates/a.html"],
    }
