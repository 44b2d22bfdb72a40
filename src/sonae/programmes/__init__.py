"""Programmes (制度) as data: read, checked, frozen, fingerprinted; and every word by id."""

from sonae.programmes.canonical import canonical, digest
from sonae.programmes.cursor import Cursor
from sonae.programmes.programme import (
    DISPUTE_COSTS,
    DisputeCosts,
    Item,
    Plan,
    Programme,
    load,
    load_folder,
    names,
    read_document,
)
from sonae.programmes.reader import Document, read_bytes, read_file
from sonae.programmes.words import Words, describe, library

__all__ = [
    "DISPUTE_COSTS",
    "Cursor",
    "DisputeCosts",
    "Document",
    "Item",
    "Plan",
    "Programme",
    "Words",
    "canonical",
    "describe",
    "digest",
    "library",
    "load",
    "load_folder",
    "names",
    "read_bytes",
    "read_document",
    "read_file",
]
