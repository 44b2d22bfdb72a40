"""Builds ``docs/errors.md`` from the words of problems.

PYTHONPATH=src .venv/bin/python -m tests.house.errors_page > docs/errors.md
"""

import sys
from itertools import groupby

from sonae.figures import LANGS
from sonae.programmes import Words, library

HEAD = """\
# Problems / 問題の一覧

Made from the words of problems in `src/sonae/programmes/text/en` and `src/sonae/programmes/text/ja` (`problems.yaml`, and
`problems_api.yaml` for what only the API tells) by `tests/house/errors_page.py`; a test compares them. Do not edit this
page by hand.

A command that refuses its input ends with exit code 1. Each problem has a stable `code`, a place `at` (file, line,
column and path), what was `found`, and how to `fix` it. With `--json` all of them stand on stdout:

```json
{"problems": [{"code": "value.not_date", "at": "--on", "found": "…", "fix": "…"}]}
```

The API tells them as problem details (RFC 9457), in the same form under `problems`.

Words in braces, such as {found}, are filled in with what the file holds. Nothing is done when a problem is found
(of a table, the sound rows are).

入力に問題があると、コマンドは終了コード1で終わります。
問題ごとに、変わらない `code`、場所 `at`（ファイル、行、列、項目）、何が起きたか `found`、どう直すか `fix` を示します。
{found} などの波かっこの中には、ファイルに書かれている値が入ります。問題があるときは、何も実行しません。
"""


def codes() -> list[str]:
    """Return every code that has words in Japanese or English, in order."""
    keys = {key for lang in LANGS for key in library(lang).texts if key.startswith("problem.")}
    return sorted({key.removeprefix("problem.").rpartition(".")[0] for key in keys})


def page() -> str:
    """Return the whole page as markdown: for each group of codes a table with both languages."""
    languages = [library(lang) for lang in ("en", "ja")]
    lines = [HEAD]
    for group, members in groupby(codes(), key=lambda code: code.partition(".")[0]):
        lines += [f"## {group}", "", "| code | English | 日本語 |", "|---|---|---|"]
        lines += [f"| `{code}` | {' | '.join(_cell(words, code) for words in languages)} |" for code in members]
        lines.append("")
    return "\n".join(lines)


def _cell(words: Words, code: str) -> str:
    found, fix = (_plain(words(f"problem.{code}.{part}")) for part in ("found", "fix"))
    return f"{found}<br>→ {fix}"


def _plain(text: str) -> str:
    """Return text that markdown shows as it stands in a cell of a table."""
    for special in ("\\", "|", "*", "_", "[", "<", "&"):
        text = text.replace(special, f"\\{special}")
    return " ".join(text.split())


if __name__ == "__main__":
    sys.stdout.write(page())
