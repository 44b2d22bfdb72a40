"""Which pages ``bench/web.py`` asks for, how often, and where they are."""

MIX = {
    "landing": 10, "quick check question": 9, "simulator": 5, "member home": 18, "overview": 8, "question": 20,
    "results": 6, "actions": 6, "association desk": 2, "prefecture desk": 1,
    "question saved": 10,
    "result": 5,
}  # fmt: skip
"""Shares in per cent: reading 85, saving an answer 10, a result 5. Clerks are few: one for a thousand members or more."""
SIMULATED = (
    "/loss/?industry=retail&persons={persons}&staff=18&sales=120000000&kinds=contact&kinds=account&media=paper&media=pc"
    "&uses=web_shop&plan=p5000"
)
_ADDRESSES = {
    "landing": ("", "/"),
    "quick check question": ("links", "/quick/{link}/{number}"),
    "simulator": ("", SIMULATED),
    "member home": ("members", "/my/{place}/"),
    "overview": ("members", "/my/{place}/checklist/"),
    "results": ("members", "/my/{place}/results/"),
    "result": ("members", "/my/{place}/results/{result}"),
    "actions": ("members", "/my/{place}/actions/"),
    "association desk": ("associations", "/desk/{place}/?page={number}"),
    "prefecture desk": ("prefectures", "/desk/{place}/"),
    "national desk": ("national", "/desk/{place}/"),
}


def addresses(page: str) -> tuple[str, str]:
    """Return of which rows of the plan a page takes one ("" for none), and its path with blanks."""
    return _ADDRESSES[page]
