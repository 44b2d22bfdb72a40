"""Every word that library and programmes show, by id, in Japanese and English: ``text/<lang>/*.yaml``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from sonae.figures import LANGS, Lang
from sonae.problems import Problem, Refused, problem
from sonae.programmes.reader import Document, Where, read_file

LIBRARY = Path(__file__).parent
MOST_BYTES = 4_000_000
_BLANK = re.compile(r"\{([A-Za-z_]+)\}")


class Words:
    """The words of one language. ``words("id", name=value)`` fills the blanks ``{name}``; KeyError for an unknown id."""

    def __init__(self, lang: Lang, texts: Mapping[str, str]) -> None:
        self.lang = lang
        self.texts = MappingProxyType(dict(texts))
        variants: dict[str, list[str]] = {}
        for key in texts:
            if "@" in key and key.endswith(".text"):
                base, _, facts = key.removesuffix(".text").partition("@")
                variants.setdefault(base, []).append(facts)
        self.variants = MappingProxyType(variants)
        """For each text with variants, their facts: ``small``, ``clinic+consignment`` …"""

    def __call__(self, key: str, /, **values: object) -> str:
        text = self.texts[key]
        return _BLANK.sub(lambda blank: str(values[blank[1]]), text) if values else text

    def __contains__(self, key: object) -> bool:
        return key in self.texts

    def lacking(self, needed: Iterable[str]) -> list[Problem]:
        """Return a problem for each id that is needed and has no text."""
        at = f"text/{self.lang}"
        return [problem("text.missing", at, id=key, lang=self.lang) for key in needed if key not in self.texts]


def files(lang: Lang, folder: Path | None = None) -> list[Path]:
    """Return the text files of a language: the library's, then those of the programme in ``folder``."""
    return [path for base in (LIBRARY, folder) if base for path in sorted((base / "text" / lang).glob("*.yaml"))]


@lru_cache(maxsize=512)  # more than there are files, or each reading of all would forget all
def _texts(path: Path) -> Mapping[str, tuple[str, str]]:
    """Return text and place by id. Raises Refused for a faulty file, a leaf that is no text, and an id that stands twice."""
    document = read_file(path, f"{path.parent.name}/{path.name}", MOST_BYTES)
    found: dict[str, tuple[str, str]] = {}
    problems: list[Problem] = []
    for where, value in _leaves(document):
        key, at = ".".join(map(str, where)), document.at(where)
        if not isinstance(value, str):
            problems.append(problem("value.not_text", at, found=value))
        elif key in found:
            problems.append(problem("text.twice", at, id=key))
        else:
            found[key] = (value, at)
    if problems:
        raise Refused(problems)
    return MappingProxyType(found)


def _leaves(document: Document) -> Iterator[tuple[Where, object]]:
    stack: list[tuple[Where, object]] = [((), document.value)]
    while stack:
        where, value = stack.pop()
        if isinstance(value, dict):
            stack.extend(((*where, key), inner) for key, inner in reversed(value.items()))
        else:
            yield where, value


def library(lang: Lang) -> Words:
    """Return the library's own words."""
    return load(lang)


@lru_cache(maxsize=32)
def load(lang: Lang, folder: Path | None = None, edition: str | None = None) -> Words:
    """Return the words of the library and of the programme in ``folder``; of its checklists only ``edition``.

    Raises Refused when a file is faulty.
    """
    texts: dict[str, str] = {}
    for path in files(lang, folder):
        if edition and path.name.startswith("checklist-") and not path.name.startswith(f"checklist-{edition}"):
            continue
        texts.update({key: text for key, (text, _) in _texts(path).items()})
    return Words(lang, texts)


def forget() -> None:
    """Let every text be read again when it is asked for."""
    load.cache_clear()
    _texts.cache_clear()


def check(folder: Path) -> tuple[dict[Lang, int], list[Problem]]:
    """Return how many ids each language has, and every fault: unreadable, defined twice, not in both, other blanks."""
    found: dict[Lang, dict[str, tuple[str, str]]] = {}
    problems: list[Problem] = []
    for lang in LANGS:
        found[lang] = {}
        for path in files(lang, folder):
            try:
                entries = _texts(path)
            except Refused as refused:
                problems += refused.problems
                continue
            for key, (text, at) in entries.items():
                if key in found[lang]:
                    problems.append(problem("text.twice", at, id=key))
                found[lang][key] = (text, at)
    pairs: tuple[tuple[Lang, Lang], ...] = (("ja", "en"), ("en", "ja"))
    for lang, other in pairs:
        for key, (text, at) in found[lang].items():
            if key not in found[other]:
                problems.append(problem("text.one_language", at, id=key, missing=other))
            elif lang == "ja" and set(_BLANK.findall(text)) != set(_BLANK.findall(found["en"][key][0])):
                problems.append(problem("text.blanks_differ", at, id=key))
    return {lang: len(texts) for lang, texts in found.items()}, problems


def describe(each: Problem, lang: Lang) -> dict[str, str]:
    """Return a problem as people and programs read it: code, at, found, fix."""
    words = library(lang)
    values = dict(each.values)
    return {
        "code": each.code,
        "at": each.at,
        "found": words(f"problem.{each.code}.found", **values),
        "fix": words(f"problem.{each.code}.fix", **values),
    }
