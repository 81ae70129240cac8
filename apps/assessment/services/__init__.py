"""Making scores happen: computing a month, and taking it to publication."""

from apps.assessment.services.publishing import publish_period, review_period, seal_period
from apps.assessment.services.running import ask_for_run, run_period

__all__ = ["ask_for_run", "publish_period", "review_period", "run_period", "seal_period"]
