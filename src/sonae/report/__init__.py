"""The risk report (個人情報管理リスク評価報告書): the diagnosis, its report as plain data, its PDF."""

from sonae.report.build import build, pdf
from sonae.report.diagnosis import Diagnosis, diagnose, result
from sonae.report.risk import loss_notes

__all__ = ["Diagnosis", "build", "diagnose", "loss_notes", "pdf", "result"]
