"""Encryption of what members hand over: AES-256-GCM, the key named in the ciphertext, bound to its place.

Sealed bytes: version (1 byte, 1) · length of the key's name (1) · name · nonce (12) · ciphertext with its tag. The label
(table, column, row, tenant) is authenticated: ciphertext moved to another place does not open.
"""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
KEY_BYTES, NONCE_BYTES = 32, 12
KEY_NAME = re.compile(r"[a-z0-9-]{1,32}")


class Sealed(Exception):  # noqa: N818 - a state of the data, not an error of the program
    """Sealed bytes that do not open: damaged, moved, or of a key that is not there. Says nothing of their content."""


@dataclass(frozen=True)
class Vault:
    """Keys by name, the current one first."""

    keys: Mapping[str, bytes]

    @property
    def current(self) -> str:
        """The name of the key with which new content is sealed."""
        return next(iter(self.keys))

    def seal(self, content: bytes, label: str) -> bytes:
        """Return content sealed with the current key for a place."""
        name = self.current.encode()
        nonce = os.urandom(NONCE_BYTES)
        head = bytes([VERSION, len(name)]) + name
        return head + nonce + AESGCM(self.keys[self.current]).encrypt(nonce, content, head + label.encode())

    def open(self, sealed: bytes, label: str) -> bytes:
        """Return the content of sealed bytes. Raises Sealed."""
        name, start = key_name(sealed), 2 + sealed[1] if len(sealed) > 1 else 0
        if name not in self.keys:
            raise Sealed(f"no key {name}")
        nonce, secret = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        try:
            return AESGCM(self.keys[name]).decrypt(nonce, secret, sealed[:start] + label.encode())
        except (InvalidTag, ValueError) as error:
            raise Sealed("damaged or moved") from error

    def renew(self, sealed: bytes, label: str) -> bytes:
        """Return the same content under the current key; sealed bytes already so come back as they are. Raises Sealed."""
        return sealed if key_name(sealed) == self.current else self.seal(self.open(sealed, label), label)


def key_name(sealed: bytes) -> str:
    """Return the name of the key that sealed these bytes. Raises Sealed for bytes of another form."""
    if len(sealed) < 2 or sealed[0] != VERSION or len(sealed) < 2 + sealed[1] + NONCE_BYTES + 16:
        raise Sealed("not sealed bytes")
    return sealed[2 : 2 + sealed[1]].decode("ascii", errors="replace")


def read_keys(text: str) -> dict[str, bytes]:
    """Return keys written as ``name:base64,name:base64``, the current one first. Raises ValueError."""
    keys: dict[str, bytes] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, secret = part.partition(":")
        try:
            key = base64.urlsafe_b64decode(secret)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"the key {name} is not base64") from error
        if not KEY_NAME.fullmatch(name) or name in keys or len(key) != KEY_BYTES:
            raise ValueError(f"the key {name} needs a name of its own and {KEY_BYTES} bytes")
        keys[name] = key
    if not keys:
        raise ValueError("no keys")
    return keys


def new_key(name: str) -> str:
    """Return a fresh key as text for ``read_keys``."""
    return f"{name}:{base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()}"
