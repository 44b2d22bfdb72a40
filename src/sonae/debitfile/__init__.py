"""What a bank's file of direct debits can hold: its characters, accounts and holders."""

from sonae.debitfile.account import Account, read_account
from sonae.debitfile.kana import HOLDER_LENGTH, bank_kana

__all__ = ["HOLDER_LENGTH", "Account", "bank_kana", "read_account"]
