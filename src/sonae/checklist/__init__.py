"""The checklist (個人情報管理チェックリスト): editions, questions, the business that answers, its answers."""

from sonae.checklist.answers import Answers, read_answers
from sonae.checklist.business import Business
from sonae.checklist.edition import ANSWERS, CAUSES, Edition, Effort, Question, check_edition, load_edition

__all__ = [
    "ANSWERS",
    "CAUSES",
    "Answers",
    "Business",
    "Edition",
    "Effort",
    "Question",
    "check_edition",
    "load_edition",
    "read_answers",
]
