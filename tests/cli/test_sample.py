"""``sonae sample code``."""

from tests.cast import Shell


def test_the_code_of_a_sample_person_is_printed(sonae: Shell) -> None:
    found = sonae("sample", "code", "association", "--json").data
    assert len(found["code"]) == 6
    assert 1 <= found["seconds"] <= 30
    refused = sonae("sample", "code", "member", "--json")
    assert (refused.code, refused.data["problems"][0]["code"]) == (1, "sample.unknown")
