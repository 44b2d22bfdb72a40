"""A file encrypted whole: AES-256-GCM in chunks, each bound to its place, so that none is changed, moved, lost or added.

Form: magic · length of the key's name (1 byte) · name · salt (32) · chunks. The key of the file is derived from the vault's
current key and the salt (HKDF-SHA256). A chunk is 64 KiB of content, the last one less or as much, and its tag (16); its
nonce is its number (11 bytes) and whether it is the last (1). The head is authenticated with every chunk.
"""

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sonae_web.ground.vault import KEY_BYTES, KEY_NAME, Sealed, Vault

CHUNK, TAG, SALT = 64 * 1024, 16, 32


class OtherFile(Sealed):
    """A file that was not made by ``seal`` with this magic."""


class NoKey(Sealed):
    """A file of a key that is not there; its name is the text."""


def seal(pieces: Iterable[bytes], vault: Vault, magic: bytes) -> Iterator[bytes]:
    """Yield the bytes of a file that holds the pieces, under the vault's current key."""
    name = vault.current.encode()
    head = magic + bytes([len(name)]) + name + os.urandom(SALT)
    cipher = _cipher(vault.keys[vault.current], head)
    yield head
    number, waiting = 0, bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK:  # the last chunk is never empty unless the file is
            yield cipher.encrypt(_nonce(number, last=False), bytes(waiting[:CHUNK]), head)
            del waiting[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(waiting), head)


def open_sealed(file: BinaryIO, vault: Vault, magic: bytes) -> Iterator[bytes]:
    """Yield the content of a file of ``seal``, chunk by chunk.

    Raises OtherFile, NoKey, and Sealed for a file that is damaged, cut off or longer; what was yielded before that is what
    was sealed, but not all of it.
    """
    head, key = _head(file, vault, magic)
    cipher, number = _cipher(key, head), 0
    chunk = file.read(CHUNK + TAG)
    while True:
        after = file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not after), chunk, head)
        except (InvalidTag, ValueError) as error:
            raise Sealed("damaged or cut off") from error
        if not after:
            return
        chunk, number = after, number + 1


def _head(file: BinaryIO, vault: Vault, magic: bytes) -> tuple[bytes, bytes]:
    """Return the head of a file and the key that it names."""
    start = file.read(len(magic) + 1)
    if not start.startswith(magic) or len(start) <= len(magic):
        raise OtherFile("another kind of file")
    name, salt = file.read(start[-1]), file.read(SALT)
    known = name.decode("ascii", errors="replace")
    if not KEY_NAME.fullmatch(known) or len(salt) < SALT:
        raise Sealed("damaged or cut off")
    if known not in vault.keys:
        raise NoKey(known)
    return start + name + salt, vault.keys[known]


def _cipher(key: bytes, head: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=head[-SALT:], info=head).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])
