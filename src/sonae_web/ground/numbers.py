"""Numbers of what is issued: each series counts 1, 2, 3 …; no number is given twice, and none is left out.

A number is taken in the transaction that issues what bears it: rolled back, it is given to the next one. Whoever takes
from the same series waits until that transaction ends, so take numbers late and keep it short; the counter comes first
in the lock order (counter, cover, debit item, ledger, log). Bulk work takes a block at once.
"""

import re

from django.db import transaction
from django.db.models import F

from sonae_web.ground.models import Counter

_SERIES = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
MOST_AT_ONCE = 1_000_000


def take(series: str, how_many: int = 1) -> range:
    """Return the next numbers of a series, such as ``application.2027``; it begins with 1.

    Raises RuntimeError outside a transaction, ValueError for a series that is no code word (up to 60 small letters, digits,
    ``_``, ``.``, ``-``, a letter first) or fewer than one number or more than a million.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a number is taken in the transaction that issues what bears it")
    if not _SERIES.fullmatch(series):
        raise ValueError("a series is a code word")
    if not 1 <= how_many <= MOST_AT_ONCE:
        raise ValueError(f"1 to {MOST_AT_ONCE} numbers at once")
    row = Counter.objects.filter(series=series)
    if not row.update(next=F("next") + how_many):  # the update is the lock
        Counter.objects.bulk_create([Counter(series=series)], ignore_conflicts=True)  # another may just have begun it
        row.update(next=F("next") + how_many)
    after: int = row.values_list("next", flat=True).get()
    return range(after - how_many, after)
