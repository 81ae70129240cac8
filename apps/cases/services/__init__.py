"""Making things happen to cases; nothing else writes a case's state."""

from apps.cases.services.acting import perform
from apps.cases.services.evidence import attach_case_photo
from apps.cases.services.reporting import report_case

__all__ = ["attach_case_photo", "perform", "report_case"]
