"""Which comment a business reads: of the variants that fit, the most specific; and there is one for every case."""

from functools import lru_cache
from itertools import product

import pytest

from sonae.figures import LANGS, Lang
from sonae.programmes import Words
from sonae.scoring import comment_key
from tests.cast import EDITIONS, ON, business, edition, programme

Facts = tuple[tuple[str, int], ...]


def words(*variants: str) -> Words:
    """Words of one question with a plain comment and the variants named."""
    return Words("ja", {f"e.q.no{variant}.{part}": "x" for variant in ("", *variants) for part in ("text", "step")})


def chosen(facts: dict[str, int], *variants: str) -> str:
    return comment_key(words(*variants), "e", "q", "no", facts).removeprefix("e.q.no")


SMALL_CLINIC = {"small": 1, "relaxed": 2, "clinic": 8}


def test_a_clinic_reads_the_variant_for_clinics() -> None:
    assert chosen(SMALL_CLINIC, "@small", "@clinic", "@printing") == "@clinic"


def test_without_a_variant_that_fits_the_plain_comment_is_read() -> None:
    assert chosen(SMALL_CLINIC) == ""
    assert chosen(SMALL_CLINIC, "@large", "@printing", "@consignment") == ""


def test_a_variant_must_fit_in_all_its_facts() -> None:
    assert chosen(SMALL_CLINIC, "@clinic+large", "@small") == "@small"


def test_more_facts_win_over_a_heavier_one() -> None:
    assert chosen(SMALL_CLINIC, "@clinic", "@small+relaxed") == "@small+relaxed"


def test_of_as_many_facts_the_industry_wins_then_the_law_then_the_size() -> None:
    assert chosen(SMALL_CLINIC, "@small", "@relaxed", "@clinic") == "@clinic"
    assert chosen(SMALL_CLINIC, "@small", "@relaxed") == "@relaxed"
    assert (
        chosen({"small": 1, "over_5000": 3, "consignment": 4}, "@over_5000", "@consignment", "@small") == "@consignment"
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_variants_in_the_file_does_not_matter(order: tuple[int, ...]) -> None:
    variants = ("@small+clinic", "@clinic", "@small+relaxed")
    assert chosen(SMALL_CLINIC, *(variants[index] for index in order)) == "@small+clinic"


def test_the_order_of_facts_in_a_variant_does_not_matter() -> None:
    assert chosen(SMALL_CLINIC, "@clinic+small") == "@clinic+small"
    assert chosen(SMALL_CLINIC, "@small+clinic") == "@small+clinic"


def test_an_answer_without_a_comment_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match=r"e\.q\.na"):
        comment_key(words(), "e", "q", "na", SMALL_CLINIC)


# --- the real words
@lru_cache(maxsize=1)
def everyone() -> frozenset[Facts]:
    """The facts of every size × industry × situation under the law that a business can be in."""
    return frozenset(
        tuple(sorted(shop.facts(programme(), ON).items()))
        for employees, industry, persons, consignment in product(
            (5, 50, 500), programme().industries, (100, 6_000), (False, True)
        )
        for shop in [business(employees=employees, industry=industry, persons_held=persons, on_consignment=consignment)]
    )


def test_there_are_as_many_kinds_of_business_as_the_facts_allow() -> None:
    sizes_and_situations = 2 * 4 + 2  # small and medium in four situations; large only on consignment or not
    assert len(everyone()) == len(programme().industries) * sizes_and_situations


@lru_cache(maxsize=8)
def reached(name: str, lang: Lang) -> frozenset[str]:
    """The id of every comment that some business reads; KeyError when one finds none."""
    language = programme().words(lang, name)
    found = set()
    for facts in map(dict, everyone()):
        for question in edition(name).questions:
            for answer in question.answers:
                key = comment_key(language, name, question.id, answer, facts)
                found.add(key)
                variant = frozenset(key.partition("@")[2].split("+")) - {""}
                assert variant <= set(facts)
    return frozenset(found)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", EDITIONS)
def test_every_business_reaches_a_whole_comment_for_every_answer(name: str, lang: Lang) -> None:
    texts = programme().words(lang, name).texts
    for key in reached(name, lang):
        assert texts[f"{key}.text"].strip()
        assert texts[f"{key}.step"].strip()


@pytest.mark.parametrize("name", EDITIONS)
def test_both_languages_choose_the_same_comments(name: str) -> None:
    assert reached(name, "ja") == reached(name, "en")


@pytest.mark.parametrize("name", EDITIONS)
def test_every_comment_written_is_read_by_some_business(name: str) -> None:
    answers = {f"{name}.{question.id}.{answer}" for question in edition(name).questions for answer in question.answers}
    written = {
        key.removesuffix(".text")
        for key in programme().words("ja", name).texts
        if key.endswith(".text") and key.removesuffix(".text").partition("@")[0] in answers
    }
    assert written - reached(name, "ja") == set()
    assert len(written) >= len(answers)
