"""The rule of totals, played against an attacker who knows who answered when and keeps every table."""

import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae_web.desk.disclosure import LEAST, Answer, History, Table, publish
from tests.cast import many

CELLS = ("A", "B", "C", "D")
Rule = Callable[[History, Collection[Answer], Collection[str]], tuple[Table, History] | None]


def answers(text: str, start: int = 0) -> list[Answer]:
    """One answer for each letter, of businesses numbered from ``start``."""
    return [Answer(f"r{n}", f"b{n}", cell) for n, cell in enumerate(text, start)]


def shown(before: History, text: str) -> dict[str, int] | None:
    found = publish(before, answers(text), CELLS)
    return None if found is None else dict(found[0].shown)


def test_a_table_shows_its_cells_once_five_stand_in_each() -> None:
    table, history = publish(History(), answers("A" * 9 + "B" * 8 + "C" * 7 + "D" * 5), CELLS) or pytest.fail("nothing")
    assert (table.answers, table.shown, table.hidden) == (29, {"A": 9, "B": 8, "C": 7, "D": 5}, 0)
    assert publish(history, answers("A" * 9 + "B" * 8 + "C" * 7 + "D" * 9), CELLS) is None


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("AAAA", None),
        ("AAAAA", {}),  # all of them have A: not shown
        ("AAAAABBBB", {}),
        ("AAAAAABBBBB", {"A": 6}),  # B stays hidden with C and D, which are empty
        ("A" * 9 + "B" * 8 + "C" * 6 + "D", {"A": 9, "B": 8}),  # D alone would follow from the total
        ("A" * 9 + "B" * 8 + "CCC" + "DD", {"A": 9, "B": 8}),
        ("A" * 9 + "B" * 8 + "CC" + "D", {"A": 9}),  # C and D together are three
    ],
)
def test_what_is_hidden_does_not_follow_from_the_rest(text: str, seen: dict[str, int] | None) -> None:
    assert shown(History(), text) == seen


def test_a_table_changes_only_with_five_new_businesses_whoever_leaves_or_answers_again() -> None:
    first = answers("A" * 12 + "B" * 12)
    _, history = publish(History(), first, CELLS) or pytest.fail("nothing")
    assert publish(history, first[1:], CELLS) is None  # one left
    again = [Answer("r-new", first[0].business, "B"), *first[1:]]
    assert publish(history, again, CELLS) is None  # one answered again
    four = [Answer(f"r-new{n}", first[n].business, "B") for n in range(4)]
    assert publish(history, four + first[4:], CELLS) is None


def test_new_answers_of_one_grade_wait_until_others_come() -> None:
    begin = "A" * 12 + "B" * 12
    _, history = publish(History(), answers(begin), CELLS) or pytest.fail("nothing")
    assert publish(history, answers(begin + "A" * 8), CELLS) is None, "all eight new ones have A"
    table, _ = publish(history, answers(begin + "A" * 8 + "B" * 5), CELLS) or pytest.fail("nothing")
    assert table.shown == {"B": 17}


def test_a_table_that_shows_less_comes_when_half_as_many_are_new() -> None:
    begin = "A" * 10 + "B" * 10 + "C" * 10 + "D" * 10
    _, history = publish(History(), answers(begin), CELLS) or pytest.fail("nothing")
    assert publish(history, answers(begin + "A" * 10), CELLS) is None
    table, _ = publish(history, answers(begin + "A" * 10 + "B" * 10), CELLS) or pytest.fail("nothing")
    assert table.shown == {"B": 20}


def test_a_business_counts_once_and_in_a_cell_of_the_table() -> None:
    for wrong in ([Answer("r1", "b", "A"), Answer("r2", "b", "B")], [Answer("r1", "b", "Z")]):
        with pytest.raises(ValueError, match="one answer"):
            publish(History(), wrong, CELLS)


# --- the attacker
@dataclass(frozen=True)
class Published:
    table: Table
    held: tuple[Answer, ...]


@st.composite
def nights(draw: st.DrawFn) -> list[list[Answer]]:
    """The latest answers on some nights: businesses join, answer again, and leave."""
    now: dict[str, Answer] = {}
    found, number = [], 0
    for _ in range(draw(st.integers(1, 5))):
        for _ in range(draw(st.integers(0, 14))):
            business = draw(st.sampled_from([f"b{n}" for n in range(32)]))
            number += 1
            now[business] = Answer(f"r{number}", business, draw(st.sampled_from("AABBC" + "ABCD")))
        for business in draw(st.sets(st.sampled_from(sorted(now) or ["b0"]), max_size=3)):
            now.pop(business, None)
        found.append(list(now.values()))
    return found


def run(rule: Rule, found: list[list[Answer]]) -> list[Published]:
    history, published = History(), []
    for held in found:
        step = rule(history, held, CELLS)
        if step is not None:
            table, history = step
            published.append(Published(table, tuple(held)))
    return published


def linear_secrets(published: list[Published]) -> set[frozenset[str]]:
    """Businesses that some linear combination of published counts speaks of alone: the smallest such sets, if under LEAST.

    A count is a vector over (result, cell); what only counts results (all cells alike) says nothing, and is divided out.
    """
    variables = sorted({(each.result, each.business) for one in published for each in one.held})
    place = {result: index * (len(CELLS) - 1) for index, (result, _) in enumerate(variables)}
    rows = []
    for one in published:
        for cell in one.table.shown:
            row = np.zeros(len(variables) * (len(CELLS) - 1))
            for (
                each
            ) in one.held:  # modulo the vector (1, 1, 1, 1) of each result: the last cell becomes minus the others
                if cell == CELLS[-1]:
                    row[place[each.result] : place[each.result] + len(CELLS) - 1] -= 1
                else:
                    row[place[each.result] + CELLS.index(cell)] += 1
            rows.append(row)
    if not rows:
        return set()
    matrix = np.array(rows)
    whole = np.linalg.matrix_rank(matrix)
    columns = {
        business: [place[r] + k for r, b in variables if b == business for k in range(len(CELLS) - 1)]
        for _, business in variables
    }
    # businesses with equal columns are interchangeable: of each kind no more than four are needed
    kinds: dict[bytes, list[str]] = {}
    for business, at in columns.items():
        kinds.setdefault(matrix[:, at].tobytes(), []).append(business)
    few = [business for kind in kinds.values() for business in kind[: LEAST - 1]]
    for size in range(1, LEAST):
        for chosen in itertools.combinations(few, size):
            gone = [at for business in chosen for at in columns[business]]
            if np.linalg.matrix_rank(np.delete(matrix, gone, axis=1)) < whole:
                return {frozenset(chosen)}
    return set()


def follows(group: frozenset[str], visible: Collection[str]) -> bool:
    """Whether the count of a set of cells follows from the total and the cells shown (by rank, not by our own reasoning)."""
    rows = [[1.0] * len(CELLS)] + [[float(cell == one) for cell in CELLS] for one in visible]
    wanted = [float(cell in group) for cell in CELLS]
    return bool(np.linalg.matrix_rank(np.array([*rows, wanted])) == np.linalg.matrix_rank(np.array(rows)))


def small_counts(published: list[Published]) -> list[str]:
    """Sets of cells with fewer than LEAST businesses inside or outside, read from a table or from what is new since another."""
    found = []
    groups = [frozenset(each) for size in range(1, len(CELLS)) for each in itertools.combinations(CELLS, size)]
    pairs: list[tuple[Published, Published | None]] = [(one, None) for one in published]
    pairs += [(late, early) for early, late in itertools.combinations(published, 2)]
    for late, early in pairs:
        before = {each.result for each in early.held} if early else set()
        new = [each for each in late.held if each.result not in before]
        for group in groups:
            if follows(group, late.table.shown) and (early is None or follows(group, early.table.shown)):
                inside = sum(each.cell in group for each in new)
                if min(inside, len(new) - inside) < LEAST:
                    found.append(f"{sorted(group)}: {inside} of {len(new)}")
    return found


@settings(max_examples=many(60), deadline=None)
@given(found=nights())
def test_no_attacker_isolates_fewer_than_five_businesses(found: list[list[Answer]]) -> None:
    published = run(publish, found)
    assert not linear_secrets(published)
    assert not small_counts(published)


def naive(history: History, held: Collection[Answer], cells: Collection[str]) -> tuple[Table, History]:
    """What the rule is there to prevent: every night all cells of five and more."""
    counts = {cell: sum(each.cell == cell for each in held) for cell in cells}
    return Table(len(held), {cell: count for cell, count in counts.items() if count >= LEAST}), history


def test_the_attacker_breaks_the_naive_rule() -> None:
    begin = answers("A" * 8 + "B" * 8 + "C" * 3)
    later = [*begin, Answer("r-new", "b-new", "A")]
    published = run(naive, [begin, later])
    assert linear_secrets(published) == {frozenset({"b-new"})}
    assert any("1 of 1" in each for each in small_counts(published))
    assert small_counts(run(naive, [answers("A" * 8 + "B" * 3)]))
