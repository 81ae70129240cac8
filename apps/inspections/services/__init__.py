"""The only writers of logs, and what the phone does to cases."""

from apps.inspections.services.logs import add_entry, file_log, remove_entry
from apps.inspections.services.phone import (
    PhonePhoto,
    dissuade_from_phone,
    entry_to_case,
    report_from_phone,
    settle_from_phone,
    title_of,
    verify_from_phone,
)
from apps.inspections.services.review import review_log

__all__ = [
    "PhonePhoto",
    "add_entry",
    "dissuade_from_phone",
    "entry_to_case",
    "file_log",
    "remove_entry",
    "report_from_phone",
    "review_log",
    "settle_from_phone",
    "title_of",
    "verify_from_phone",
]
