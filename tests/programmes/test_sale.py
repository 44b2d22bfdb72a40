"""What a live programme lacks to be sold: nothing is assumed, changed words lose their approval, a sample needs nothing."""

import shutil
from datetime import date
from inspect import unwrap
from pathlib import Path

import pytest

from sonae.problems import Refused
from sonae.programmes import Programme, load_folder, sale
from sonae.programmes.words import LIBRARY

ON = date(2027, 4, 1)


def made(folder: Path, *, status: str = "live", approved: bool = True, **texts: str) -> Programme:
    """A live programme copied to a folder, its quote approved until the end of 2027; ``texts`` replace in parties.yaml."""
    target = folder / "chuokai-leak"
    if not target.exists():
        shutil.copytree(LIBRARY / "chuokai-leak", target)
    head = target / "programme.yaml"
    head.write_text(head.read_text("utf-8").replace("status: sample", f"status: {status}"), "utf-8")
    parties = target / "parties.yaml"
    for old, new in texts.items():
        parties.write_text(parties.read_text("utf-8").replace(old, new), "utf-8")
    found = loaded(target)
    if approved:
        row = f"{{document: quote, number: A-1, until: 2027-12-31, text: {sale.text_fingerprint(found)}}}"
        (target / "approvals.yaml").write_text(f"approvals:\n- {row}\n", "utf-8")
    return loaded(target)


def loaded(folder: Path) -> Programme:
    found: Programme | None
    found, problems = unwrap(load_folder)(folder)
    assert found is not None, problems
    return found


def codes(programme: Programme, document: sale.Sold = "quote", on: date = ON) -> list[str]:
    return [each.code for each in sale.missing(programme, document, on)]


def test_a_live_programme_with_everything_in_place_is_sold_until_its_approval_ends(tmp_path: Path) -> None:
    live = made(tmp_path)
    assert codes(live) == []
    sale.require(live, "quote", date(2027, 12, 31))
    assert codes(live, on=date(2028, 1, 1)) == ["sale.expired"]
    assert codes(live, "flyer") == ["sale.approval"]


def test_a_sample_needs_nothing(tmp_path: Path) -> None:
    assert codes(made(tmp_path, status="sample", approved=False)) == []


def test_what_is_missing_is_told_whole(tmp_path: Path) -> None:
    live = made(tmp_path, approved=False, **{"registration: 見本-0001, ": "", '"0.3"': '"0.2"'})
    assert codes(live) == ["sale.shares", "sale.agents", "sale.approval"]
    with pytest.raises(Refused) as refused:
        sale.require(live, "quote", ON)
    assert [each.code for each in refused.value.problems] == codes(live)


def test_changed_words_lose_their_approval(tmp_path: Path) -> None:
    live = made(tmp_path)
    words = live.folder / "text" / "ja" / "parties.yaml"
    words.write_text(words.read_text("utf-8").replace("見本紛争", "見本の紛争"), "utf-8")
    assert codes(loaded(live.folder)) == ["sale.text_changed"]
