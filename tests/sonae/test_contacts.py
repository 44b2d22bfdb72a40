"""Whom to ask: 47 prefectural federations and the national one, the desks that were published, faults of the file."""

from datetime import date
from pathlib import Path

import pytest

from sonae import contacts as module
from sonae.check import check
from sonae.contacts import check_contacts, contacts
from sonae.programmes import load_folder
from tests.cast import copy_of_programme, edit, programme


def test_there_is_one_office_for_the_country_and_one_for_each_prefecture() -> None:
    found, words = contacts(programme()), programme().words("ja")
    assert [office.code for office in found.offices] == [f"{code:02}" for code in range(48)]
    assert words(f"office.{found.offices[0].id}.name") == "全国中小企業団体中央会"
    for office in found.prefectural:
        prefecture = words(f"prefecture.{office.id}.name")
        assert words(f"office.{office.id}.name") == f"{prefecture}中小企業団体中央会"
    assert words(f"prefecture.{found.offices[13].id}.name") == "東京都"
    assert words(f"prefecture.{found.offices[47].id}.name") == "沖縄県"


def test_the_flyers_two_desks_answer_in_its_year_only() -> None:
    found = contacts(programme())
    assert [(desk.office, desk.phone) for desk in found.on(date(2005, 3, 25))] == [
        ("national", "03-3523-4906"),
        ("osaka", "06-6947-4370"),
    ]
    assert found.on(date(2006, 3, 25)) == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("phone: 03-3523-4906", "phone: 03-xxxx-4906", "contacts.phone"),
        ('{id: osaka, code: "27"}', '{id: osaka, code: "7"}', "contacts.code"),
        ('{id: osaka, code: "27"}', '{id: osaka, code: "26"}', "value.twice"),
        ('- {id: national, code: "00"}\n', "", "contacts.national"),
        ("office: osaka, from: 2005-03-25", "office: osaca, from: 2005-03-25", "value.not_allowed"),
        ("office: osaka, from: 2005-03-25", "office: osaka, from: 2007-03-25", "value.dates_do_not_rise"),
        ('{id: osaka, code: "27"}', '{id: edo, code: "27"}', "text.missing"),
        ("name: general_affairs_accounts", "name: front", "text.missing"),
    ],
)
def test_a_fault_of_the_file_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    folder = copy_of_programme(tmp_path)
    edit(folder / module.FILE, old, new)
    if code == "text.missing" and "edo" in new:
        text = (folder / module.FILE).read_text(encoding="utf-8").replace("office: osaka", "office: edo")
        (folder / module.FILE).write_text(text, encoding="utf-8")
    broken, _ = load_folder(folder)
    assert broken is not None
    assert code in {each.code for each in check_contacts(broken)[1]}


def test_the_check_of_a_programme_tells_them_too(tmp_path: Path) -> None:
    folder = copy_of_programme(tmp_path)
    edit(folder / module.FILE, "phone: 03-3523-4906", "phone: 03-xxxx-4906")
    assert "contacts.phone" in {each.code for each in check(folder, with_lock=False).problems}
