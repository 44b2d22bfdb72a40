"""A file encrypted whole: opens as it was sealed, or is found changed, cut off, put together otherwise, or without its key."""

import io
from itertools import permutations

import pytest

from sonae_web.ground.stream import CHUNK, SALT, TAG, NoKey, OtherFile, open_sealed, seal
from sonae_web.ground.vault import Sealed, Vault, new_key, read_keys

MAGIC = b"TEST\n"
KEYS = Vault(read_keys(new_key("new") + "," + new_key("old")))
HEAD = len(MAGIC) + 1 + len("new") + SALT


def sealed(content: bytes, vault: Vault = KEYS) -> bytes:
    pieces = [content[start : start + 50_000] for start in range(0, len(content), 50_000)]
    return b"".join(seal(pieces, vault, MAGIC))


def opened(file: bytes, vault: Vault = KEYS) -> bytes:
    return b"".join(open_sealed(io.BytesIO(file), vault, MAGIC))


def chunks(file: bytes) -> list[bytes]:
    return [file[start : start + CHUNK + TAG] for start in range(HEAD, len(file), CHUNK + TAG)]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_it_opens_as_it_was_sealed_whatever_its_size(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    file = sealed(content)
    assert opened(file) == content
    assert len(chunks(file)) == max(1, -(-size // CHUNK))
    assert file != sealed(content)


def test_an_older_key_opens_it_another_of_the_same_name_does_not() -> None:
    file = sealed(b"content", Vault({"old": KEYS.keys["old"]}))
    assert opened(file) == b"content"
    with pytest.raises(NoKey, match=r"^old$"):
        opened(file, Vault({"new": KEYS.keys["new"]}))
    with pytest.raises(Sealed, match="damaged"):
        opened(file, Vault(read_keys(new_key("old"))))


def test_chunks_lost_moved_repeated_or_of_another_file_are_found() -> None:
    file = sealed(bytes(3 * CHUNK + 7))
    head, parts = file[:HEAD], chunks(file)
    other = chunks(sealed(bytes(3 * CHUNK + 7)))
    wrong = [list(order) for order in permutations(parts) if list(order) != parts]
    wrong += [parts[:count] for count in range(4)]
    wrong += [[*parts, parts[-1]], [*parts, b"\0"], [parts[0], *parts], [*parts[:2], other[2], parts[3]]]
    for each in wrong:
        with pytest.raises(Sealed):
            opened(head + b"".join(each))
    assert opened(head + b"".join(parts)) == bytes(3 * CHUNK + 7)


def test_every_bit_of_the_head_counts() -> None:
    file = sealed(b"content")
    for place in range(len(file)):
        for bit in range(8):
            changed = bytearray(file)
            changed[place] ^= 1 << bit
            with pytest.raises(Sealed):
                opened(bytes(changed))
    for end in range(len(file)):
        with pytest.raises(Sealed):
            opened(file[:end])


def test_another_kind_of_file_is_told_apart() -> None:
    for file in (b"", b"SQLite format 3\0", MAGIC, b"x" * 100_000):
        with pytest.raises(OtherFile):
            opened(file)
