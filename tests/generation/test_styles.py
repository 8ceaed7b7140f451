"""The catalogue: what stands in it is fit for boards, buttons and the provider, and mistakes name themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulators.gemini.pictures import choose
from errors import Rejected
from generation.styles import Catalogue, CatalogueError
from wording import buttons

GOOD = 'id = "ink"\nname = "Ink"\ndescription = "Lines"\ngroup = "Drawn"\nprompt = "Draw it in ink."\n'


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


def load(folder: Path, *blocks: str, keep: str = 'keep = "Keep the face."\n') -> Catalogue:
    source = folder / "styles.toml"
    source.write_text(keep + "".join(f"[[style]]\n{block}\n" for block in blocks), encoding="utf-8")
    return Catalogue.load(source)


def test_there_are_enough_styles_and_whole_boards_of_them(catalogue: Catalogue) -> None:
    assert len(catalogue) >= 18
    pages = [catalogue.page(number, 6) for number in range(1, catalogue.pages(6) + 1)]
    assert [style for page in pages for style in page] == list(catalogue)
    assert {len(page) for page in pages} == {6}
    assert all(len({style.group for style in page}) == 1 for page in pages), "a board shows one group"


def test_every_style_fits_into_a_button(catalogue: Catalogue) -> None:
    for style in catalogue:
        tap = buttons.parse(buttons.data(buttons.STYLE, "0" * 32, style.id))
        assert tap is not None
        assert tap.word == style.id


def test_every_prompt_asks_to_keep_the_likeness_and_the_age(catalogue: Catalogue) -> None:
    for style in catalogue:
        assert "recognisable" in style.prompt
        assert "apparent age" in style.prompt
        assert "clothing" in style.prompt
        assert not style.prompt.endswith("\n")


def test_every_style_gets_a_filter_of_its_own_from_the_stand_in(catalogue: Catalogue) -> None:
    assert len({choose(style.prompt) for style in catalogue}) == len(catalogue)


def test_a_style_is_found_by_its_id_and_one_that_is_gone_is_rejected(catalogue: Catalogue) -> None:
    assert catalogue.get("watercolor").name == "Watercolour"
    assert "watercolor" in catalogue
    assert "gone" not in catalogue
    with pytest.raises(Rejected) as raised:
        catalogue.get("gone")
    assert raised.value.code == "style.gone"


def test_pages_count_from_one_and_lie_nowhere_else(catalogue: Catalogue) -> None:
    assert catalogue.page(1, 5)[0] == next(iter(catalogue))
    assert catalogue.pages(5) == -(-len(catalogue) // 5)
    for number in (-1, 0, catalogue.pages(5) + 1):
        assert catalogue.page(number, 5) == ()


def test_a_style_of_the_file_becomes_a_whole_prompt(tmp_path: Path) -> None:
    style = load(tmp_path, GOOD).get("ink")
    assert (style.name, style.group, style.prompt) == ("Ink", "Drawn", "Draw it in ink.\n\nKeep the face.")


@pytest.mark.parametrize("block, said", [
    (GOOD.replace('"ink"', '"Ink!"'), "id has other characters"),
    (GOOD.replace('"ink"', f'"{"i" * 25}"'), "id has other characters"),
    (GOOD.replace('"Draw it in ink."', '"  "'), "prompt is empty"),
    (GOOD.replace('"Draw it in ink."', f'"{"x" * 1601}"'), "prompt is longer than 1600"),
    (GOOD.replace('"Lines"', f'"{"x" * 61}"'), "description is longer"),
    (GOOD.replace('"Lines"', '"a\\nb"'), "description has more than one line"),
    (GOOD.replace("group", "grupo"), "grupo is not known"),
    (GOOD.replace('"Ink"', "7"), "name is empty"),
])  # fmt: skip
def test_a_mistake_stops_the_start_and_names_itself(tmp_path: Path, block: str, said: str) -> None:
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path, block)
    assert said in str(raised.value)
    assert "style 1" in str(raised.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path, GOOD, GOOD, GOOD.replace('"ink"', '"Other"'), keep='colour = "red"\n')
    assert raised.value.problems == [
        "colour: not known here",
        "keep: empty",
        "style 2 (ink): id is taken by another style",
        "style 2 (ink): name is taken by another style",
        "style 3 (Other): id has other characters than a-z, 0-9 and -, or more than 24",
        "style 3 (Other): name is taken by another style",
    ]


@pytest.mark.parametrize("content", ["", "style = 3", "style = []", "not toml at all", "style = [1]"])
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, content: str) -> None:
    source = tmp_path / "styles.toml"
    source.write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError):
        Catalogue.load(source)


@pytest.mark.parametrize("blocks", ["", "style = []\n"])
def test_a_catalogue_without_a_style_is_refused(tmp_path: Path, blocks: str) -> None:
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path, keep=f'keep = "Keep the face."\n{blocks}')
    assert raised.value.problems == ["style: no style at all"]


def test_what_is_no_block_and_what_is_no_text_name_themselves(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path, keep='keep = "Keep the face."\nstyle = [1]\n')
    assert raised.value.problems == ["style 1: not a block"]
    (tmp_path / "styles.toml").write_bytes(b'keep = "\xff"')
    with pytest.raises(CatalogueError):
        Catalogue.load(tmp_path / "styles.toml")


def test_names_that_differ_in_capitals_only_are_the_same(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path, GOOD, GOOD.replace('"ink"', '"pen"').replace('"Ink"', '"INK"'))
    assert raised.value.problems == ["style 2 (pen): name is taken by another style"]


def test_texts_may_be_as_long_as_the_limit_and_lose_the_blanks_around_them(tmp_path: Path) -> None:
    style = load(tmp_path, GOOD.replace('"Lines"', f'" {"x" * 60} "')).get("ink")
    assert style.description == "x" * 60
