"""The documents say what the code does: words, paths, commands, worked examples, locks, and what stays outside."""

import ast
import doctest
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sonae_cli.app import main
from sonae_cli.output import Output
from tests.house.errors_page import codes, page

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.ja.md")
WITH_PATHS = (*READMES, "CONTRIBUTING.md", "docs/where-is-it.md", *(f"docs/decisions/{name}.md" for name in (
    "0001-runtime-packages", "0002-data-not-code")), "docs/algorithms/scoring.md", "docs/algorithms/loss.md",
    "docs/algorithms/calendar.md")  # fmt: skip
LOCKS = ("requirements.lock", "requirements-dev.lock")
PUBLISHED = "src/sonae/programmes/published.lock"
"""Counts as empty until the first value is published."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def git(*arguments: str) -> str:
    """Return what git prints; the test fails, and says so, where there is no git or no history."""
    try:
        ran = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.fail("this test reads the repository with git, and git is not installed")
    if ran.returncode:
        pytest.fail(f"this test reads the repository with git, which says: {ran.stderr.decode().strip()}")
    return ran.stdout.decode(errors="replace")


# --- problems and their words
def test_the_page_of_problems_is_made_from_their_words() -> None:
    assert read("docs/errors.md") == page(), (
        "run: PYTHONPATH=src .venv/bin/python -m tests.house.errors_page > docs/errors.md"
    )


def test_every_code_in_use_has_words_and_every_worded_code_is_in_use() -> None:
    used = {code for path in sorted((ROOT / "src").rglob("*.py")) for code in codes_in(ast.parse(path.read_bytes()))}
    worded = set(codes())
    assert {"without words": used - worded, "unused words": worded - used} == {
        "without words": set(),
        "unused words": set(),
    }


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Yield the problem codes named in a module: literals given to what makes problems."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from codes_of_call(node)
        elif isinstance(node, ast.FunctionDef):  # a default such as what="value.not_allowed"
            defaults = (text for each in [*node.args.defaults, *node.args.kw_defaults] for text in literal(each))
            yield from (text for text in defaults if re.fullmatch(r"[a-z_]+\.[a-z_]+", text))


def codes_of_call(call: ast.Call) -> Iterator[str]:
    place = {"problem": 0, "fault": 0, "_fault": 0, "word": 1, "words": 2, "_wrong_type": 0, "_parsed": 2}
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    given = [*call.args[place[name] : place[name] + 1]] if name in place else []
    given += [keyword.value for keyword in call.keywords if keyword.arg == "what"]
    for text in (text for value in given for text in literal(value)):
        yield f"value.not_{text}" if name in ("_wrong_type", "_parsed") else text


def literal(value: ast.expr | None) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


# --- paths, links and commands
@pytest.mark.parametrize("name", WITH_PATHS)
def test_every_path_that_a_document_names_exists(name: str) -> None:
    paths = [word for word in re.findall(r"`([^`\n]+)`", read(name)) if looks_like_path(word)]
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", read(name)) if "://" not in link]
    missing = [path for path in paths if not (ROOT / path).exists() and path != PUBLISHED]
    missing += [link for link in links if not (ROOT / name).parent.joinpath(link).exists()]
    assert missing == []


def looks_like_path(word: str) -> bool:
    """Whether a word in backticks is meant as a path: one word with a slash or a known ending, and no blank to fill."""
    ends = word.endswith((".yaml", ".py", ".md", ".toml", ".lock", ".typ", ".png"))
    return re.fullmatch(r"[\w./-]+", word) is not None and not word.startswith("-") and ("/" in word or ends)


def test_every_row_of_where_is_it_names_something_to_open() -> None:
    rows = [line.strip("| ").split(" | ") for line in read("docs/where-is-it.md").splitlines() if line.startswith("| ")]
    assert rows[0] == ["I want to change …", "Open"]
    assert len(rows) > 40
    for wish, answer in rows[1:]:
        assert any((ROOT / word).exists() for word in re.findall(r"`([^`]+)`", answer)), wish


def shown_commands(name: str) -> list[str]:
    blocks: list[str] = re.findall(r"```\w*\n(.*?)```", read(name), flags=re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [shlex.join(shlex.split(line, comments=True)) for line in lines if line.startswith("./sonae ")]


@pytest.mark.parametrize("command", sorted({command for name in READMES for command in shown_commands(name)}))
def test_every_command_of_the_readme_runs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)[1:]
    if words[0] == "test":  # the start script runs this one
        assert (ROOT / "tests/run.py").exists()
        assert all(word in read("tests/run.py") for word in words[1:])
        return
    if words[0] == "serve":  # tests/web/test_serve.py starts it, and stops it again
        assert words[1:] == ["--sample"]
        return
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(Output, "lang", Output.lang)
    monkeypatch.setattr(Output, "as_json", Output.as_json)
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / word) if is_output(word) else word for word in words])
    assert ended.value.code == 0
    assert capsys.readouterr().out
    assert len(list(tmp_path.glob("*.pdf"))) == sum(word.endswith(".pdf") for word in words)


def is_output(word: str) -> bool:
    """Whether a word of a command names a file that it writes: those that are read lie in a folder."""
    return word.endswith((".pdf", ".xlsx")) or (word.endswith(".csv") and "/" not in word)


def test_both_readmes_show_the_same_commands() -> None:
    first, second = (shown_commands(name) for name in READMES)
    assert first == second
    assert {"./sonae diagnose examples/clinic.yaml --report report.pdf", "./sonae test"} <= set(first)


@pytest.mark.parametrize("path", sorted((ROOT / "docs/algorithms").glob("*.md")), ids=lambda path: path.name)
def test_the_worked_examples_come_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert outcome.attempted > 0
    assert outcome.failed == 0


# --- locks
def requirements(name: str) -> dict[str, list[str]]:
    """Return each pinned requirement of a lock file with its hashes."""
    found: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=[^\s#])", read(name)):
        lines = [line.strip(" \\") for line in block.splitlines() if not line.strip().startswith("#")]
        if lines:
            found[lines[0]] = lines[1:]
    return found


def pins(name: str) -> dict[str, str]:
    """Return the version of each package of a lock file."""
    return dict(requirement.split(";")[0].strip().split("==") for requirement in requirements(name))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_every_requirement_has_a_hash(name: str) -> None:
    assert "://" not in read(name)
    faulty = [
        requirement
        for requirement, hashes in requirements(name).items()
        if not re.fullmatch(r"[a-z0-9-]+==[\w.+!]+( ; .+)?", requirement)
        or not hashes
        or not all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes)
    ]
    assert faulty == []


def test_the_locks_hold_every_dependency_and_agree() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    run_time, development = pins(LOCKS[0]), pins(LOCKS[1])
    wanted = package_names(project["project"]["dependencies"])
    assert wanted - set(run_time) == set()
    assert (wanted | package_names(project["dependency-groups"]["dev"])) - set(development) == set()
    assert {package: development.get(package) for package in run_time} == run_time


def package_names(requirements: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", each) for each in requirements)
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match}


@pytest.mark.needs_git
def test_the_lock_of_published_values_was_only_ever_added_to() -> None:
    def at(commit: str) -> str:
        listed = git("ls-tree", "--name-only", commit, "--", PUBLISHED)
        return git("show", f"{commit}:{PUBLISHED}") if listed else ""

    now = read(PUBLISHED) if (ROOT / PUBLISHED).exists() else ""
    assert now.startswith(at("HEAD"))
    for line in git("rev-list", "--full-history", "--parents", "HEAD", "--", PUBLISHED).splitlines():
        commit, *parents = line.split()
        lost = {each for parent in parents for each in at(parent).splitlines()} - set(at(commit).splitlines())
        assert lost == set(), commit
        # where branches meet, their lines may stand in either order; elsewhere lines are only added at the end
        assert len(parents) != 1 or at(commit).startswith(at(parents[0])), commit


# --- what stays outside the repository
def files() -> list[str]:
    """Return every file of the repository, also those not committed yet."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    return sorted(name for name in listed if name and (ROOT / name).is_file())


@pytest.mark.needs_git
def test_no_file_names_a_path_of_a_machine() -> None:
    path = re.compile(rb"(?<![\w.])/(?:work|root|home/[a-z][\w-]*|Users/[A-Za-z][\w-]*)/")
    text = {name: (ROOT / name).read_bytes() for name in files()}
    assert [name for name, content in text.items() if b"\0" not in content and path.search(content)] == []


@pytest.mark.needs_git
def test_the_documents_speak_of_the_project_alone() -> None:
    others = re.compile(r"\b(?:sessions?|language models?|AI assistants?|co-authored)\b|\b(?:LLMs?|GPT|Claude)\b", re.I)
    documents = [name for name in files() if name.endswith(".md") and not name.startswith("src/")]
    assert "README.md" in documents
    assert {name: found[0] for name in documents if (found := others.search(read(name)))} == {}
