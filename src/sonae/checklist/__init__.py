"""The checklist (個人情報管理チェックリスト): editions, questions, the business that answers, its answers."""

from sonae.checklist.answers import Answers, read_answers
from sonae.checklist.business import Business
from sonae.checklist.edition import ANSWERS, CAUSES, Edition, Effort, Question, check_edition, load_edition
from sonae.checklist.table import Row, Table, open_table

__all__ = [
    "ANSWERS",
    "CAUSES",
    "Answers",
    "Business",
    "Edition",
    "Effort",
    "Question",
    "Row",
    "Table",
    "check_edition",
    "load_edition",
    "open_table",
    "read_answers",
]
