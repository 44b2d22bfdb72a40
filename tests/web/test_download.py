"""Files as answers, and whole numbers as browsers send them."""

import pytest

from sonae_web.ground.download import PDF, download
from sonae_web.ground.posted import NONE, whole


@pytest.mark.parametrize(("inline", "how"), [(False, "attachment"), (True, "inline")])
def test_a_file_says_its_kind_and_its_name(inline: bool, how: str) -> None:
    answer = download(b"%PDF-", "sonae-A2027-000001-ja.pdf", inline=inline)
    assert (answer["Content-Type"], answer.content) == (PDF, b"%PDF-")
    assert answer["Content-Disposition"] == f'{how}; filename="sonae-A2027-000001-ja.pdf"'


@pytest.mark.parametrize("name", ['a".pdf', "a\r\nX: 1.pdf", "見本.pdf", "a\\.pdf"])
def test_a_name_that_would_end_the_header_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        download(b"", name)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("999999999", 999_999_999)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "1_0", "①", "１", "9" * 10, "9" * 5000])
def test_anything_else_is_none(text: str) -> None:
    assert whole(text) == NONE
