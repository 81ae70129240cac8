"""Reading cases for screens and for the API: scoped, prefetched, a fixed number of queries."""

from apps.cases.selectors.catalogue import (
    agencies_for,
    agency_by_code,
    categories_offered,
    category_by_key,
    category_page,
    unit_by_code,
)
from apps.cases.selectors.detail import (
    CaseDetail,
    case_detail,
    case_in_scope,
    case_just_reported,
    case_seen_by,
    event_page,
)
from apps.cases.selectors.listing import Wanted, case_page
from apps.cases.selectors.queues import QUEUES, Queue, desks_of, queue_counts, queue_page

__all__ = [
    "QUEUES",
    "CaseDetail",
    "Queue",
    "Wanted",
    "agencies_for",
    "agency_by_code",
    "case_detail",
    "case_in_scope",
    "case_just_reported",
    "case_page",
    "case_seen_by",
    "categories_offered",
    "category_by_key",
    "category_page",
    "desks_of",
    "event_page",
    "queue_counts",
    "queue_page",
    "unit_by_code",
]
