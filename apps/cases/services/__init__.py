"""Making things happen to cases; nothing else writes a case's state."""

from apps.cases.services.acting import perform
from apps.cases.services.batch import Outcome, SeenCase, act_on_cases
from apps.cases.services.disputes import RevealedParty, reveal_parties
from apps.cases.services.evidence import attach_case_photo, attach_case_photos
from apps.cases.services.reporters import Caller, RevealedReporter, reveal_reporter, supplement_case
from apps.cases.services.reporting import report_case
from apps.cases.services.together import perform_with_photos, report_and_settle, report_with_photos

__all__ = [
    "Caller",
    "Outcome",
    "RevealedParty",
    "RevealedReporter",
    "SeenCase",
    "act_on_cases",
    "attach_case_photo",
    "attach_case_photos",
    "perform",
    "perform_with_photos",
    "report_and_settle",
    "report_case",
    "report_with_photos",
    "reveal_parties",
    "reveal_reporter",
    "supplement_case",
]
