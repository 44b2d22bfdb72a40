"""``sonae flyer``: a PDF on disk, the contract of its result, refusals."""

from pathlib import Path

import pytest

from tests.cast import Shell


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_flyer_of_a_year_is_written(sonae: Shell, tmp_path: Path, lang: str) -> None:
    out = tmp_path / "flyer.pdf"
    ran = sonae("flyer", "--year", "2005", out, "--lang", lang, "--on", "2026-11-23", "--json")
    assert ran.code == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert ran.data == {
        "programme": "chuokai-leak", "year": 2005, "lang": lang, "file": str(out), "bytes": out.stat().st_size,
    }  # fmt: skip


def test_a_year_without_a_flyer_is_refused_and_nothing_written(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("flyer", "--year", "2004", tmp_path / "flyer.pdf", "--json")
    assert ran.code == 1
    assert [each["code"] for each in ran.data["problems"]] == ["flyer.year"]
    assert not list(tmp_path.iterdir())


def test_an_unknown_programme_is_refused(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("flyer", "--year", "2027", tmp_path / "flyer.pdf", "--programme", "none", "--json")
    assert ran.code == 1
    assert [each["code"] for each in ran.data["problems"]] == ["programme.unknown"]


def test_a_flyer_without_a_year_is_misuse(sonae: Shell, tmp_path: Path) -> None:
    assert sonae("flyer", tmp_path / "flyer.pdf").code == 2
