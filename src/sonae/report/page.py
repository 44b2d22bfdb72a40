"""What every chapter of the report needs: the diagnosis, its words, and how figures are put."""

from fractions import Fraction

from sonae.checklist import Effort
from sonae.figures import Lang, effort_hours, yen
from sonae.money import Rounding, rounded
from sonae.papers import printable
from sonae.report.diagnosis import Diagnosis, Texts


class Page:
    """One diagnosis in one language."""

    def __init__(self, diagnosis: Diagnosis, lang: Lang) -> None:
        answers = diagnosis.answers
        self.diagnosis = diagnosis
        self.lang: Lang = lang
        self.words = answers.programme.words(lang, answers.edition.id)
        self.texts = Texts(diagnosis, self.words)
        self.name, self.unprintable = printable(answers.business.name)
        asked = {question.id: number for number, question in enumerate(answers.asked, 1)}
        self._numbers = asked if answers.quick else answers.edition.numbers

    def w(self, key: str, **values: object) -> str:
        """Return a word by id, its blanks filled."""
        return self.words(key, **values)

    def number_of(self, question: str) -> str:
        """Return a question's number in its edition (問47, Q47), in a quick check as it was asked; there, a question that was
        not asked goes by its label.
        """
        if question not in self._numbers:
            return self.texts.question(question, "label")
        return self.w("report.annex.question", number=self._numbers[question])

    def effort(self, effort: Effort) -> str:
        """Return an effort in words: 半日・費用なし."""
        cost = (
            self.w("report.annex.about", yen=yen(effort.yen, self.lang)) if effort.yen else self.w("report.annex.free")
        )
        return f"{effort_hours(effort.hours, self.lang)}{'・' if self.lang == 'ja' else ', '}{cost}"

    @staticmethod
    def points(gain: Fraction) -> str:
        """Return points of the overall score with one decimal, at least 0.1."""
        tenths = max(1, rounded(gain * 10, Rounding.HALF_UP))
        return f"{tenths // 10}.{tenths % 10}"
