"""The loss engine: how often a business leaks, what it costs, and what each unmet control costs, in yen a year."""

from sonae.loss.engine import Control, Loss, assess
from sonae.loss.plans import PlanLoss
from sonae.loss.result import result

__all__ = ["Control", "Loss", "PlanLoss", "assess", "result"]
