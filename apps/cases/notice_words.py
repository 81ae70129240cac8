"""What the notices of cases are made of, whoever announces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from apps.notices.choices import Group
from apps.organisation.models import Agency
from apps.organisation.selectors import agency_people

Payload = Mapping[str, Any]
NOTE = _("%(note)s")


@dataclass(frozen=True, slots=True)
class Words:
    """Title and body of an event's notice, its name and group among the preferences, its look, its urgency."""

    title: str
    body: str
    label: str
    group: Group
    icon: str = "bell"
    tone: str = "plain"
    urgent: bool = False


def people_of(agency: Agency) -> set[int]:
    """The keys of those who answer for an agency."""
    return set(agency_people(agency).order_by().values_list("pk", flat=True))
