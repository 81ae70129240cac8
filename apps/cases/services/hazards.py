"""Effects of listing a major hazard publicly and of accepting its removal."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.cases.choices import HazardLevel
from apps.cases.matters import forget_matters, hazard_of
from apps.cases.models import CaseParty, HazardListing
from apps.cases.selectors.special import agencies_to_answer, centre_of_district
from apps.core import clock
from apps.core.errors import InvalidInput, WrongState

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]


def list_hazard(step: "Step") -> Details:
    """Listed at a level, with whoever has to remove it by when and the agency that watches over it. The case is not
    closed nor merged before the removal is accepted."""
    case, given = step.case, step.given
    until: date | datetime = given["until"]
    due = clock.local(until).date() if isinstance(until, datetime) else until
    wrong: dict[str, list[str]] = {}
    if given["level"] not in HazardLevel.values:
        wrong["level"] = [_("请从名单中选择。")]
    if due <= clock.local(step.at).date():
        wrong["until"] = [_("整改期限须在今天之后。")]
    agency = agencies_to_answer(case).filter(code=str(given["agency"])).first()
    if agency is None:
        wrong["agency"] = [_("请从名单中选择。")]
    party = " ".join(str(given["party"]).split())
    most = HazardListing._meta.get_field("party").max_length or 0
    if not party or len(party) > most:
        wrong["party"] = [_("请写明整改责任单位，最多 %(most)d 个字。") % {"most": most}]
    if wrong or agency is None:
        raise InvalidInput(fields=wrong)
    HazardListing.objects.create(
        case=case,
        number=HazardListing.objects.filter(case=case).count() + 1,
        level=given["level"],
        demand=step.note,
        agency=agency,
        party=party,
        due_on=due,
        listed_by=step.actor,
        listed_at=step.at,
    )
    CaseParty.objects.get_or_create(case=case, agency=agency, defaults={"since": step.at})
    case.hazard = True
    forget_matters(case)
    return {
        "for": centre_of_district(case).unit.name,
        "level": given["level"],
        "party": party,
        "agency": agency.name,
        "agency_id": agency.pk,
        "until": due,
    }


def accept_hazard(step: "Step") -> Details:
    """Seen to be removed and taken off the list, with what the acceptance found."""
    listing = hazard_of(step.case)
    if listing is None:
        raise WrongState(extra={"state": step.case.state})
    listing.accepted_by, listing.accepted_at, listing.finding = step.actor, step.at, step.note
    listing.save()
    step.case.hazard = False
    forget_matters(step.case)
    in_time = clock.local(step.at).date() <= listing.due_on
    return {
        "for": centre_of_district(step.case).unit.name,
        "agency": listing.agency.name,
        "agency_id": listing.agency_id,  # type: ignore[attr-defined]
        "in_time": in_time,
    }
