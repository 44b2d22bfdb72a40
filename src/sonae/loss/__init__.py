"""The loss engine: how often a business leaks, what it costs, and what each unmet control costs, in yen a year.

Its results are not shown anywhere yet; report and command line still use the flyer's proportions.
"""

from sonae.loss.engine import Control, Loss, PlanLoss, assess

__all__ = ["Control", "Loss", "PlanLoss", "assess"]
