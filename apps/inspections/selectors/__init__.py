"""Reading logs and the worker's day."""

from apps.inspections.selectors.logs import (
    log_detail,
    log_of_day,
    log_page,
    logging_unit,
    logs_to_read,
    require_log_right,
    unit_in_scope,
)
from apps.inspections.selectors.phone import (
    case_on_site,
    cases_to_spot_check,
    cases_to_verify,
    category_suggestions,
    entry_of,
    leaf_of,
    log_day,
    outline_of,
    own_reports,
    recent_days,
    today_page,
)
from apps.inspections.selectors.week import log_panel, read_week, week_page

__all__ = [
    "case_on_site",
    "cases_to_spot_check",
    "cases_to_verify",
    "category_suggestions",
    "entry_of",
    "leaf_of",
    "log_day",
    "log_detail",
    "log_of_day",
    "log_page",
    "log_panel",
    "logging_unit",
    "logs_to_read",
    "outline_of",
    "own_reports",
    "read_week",
    "recent_days",
    "require_log_right",
    "today_page",
    "unit_in_scope",
    "week_page",
]
