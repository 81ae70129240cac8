"""Reading what a request gives, for pages and API alike; every fault is an ``InvalidInput`` naming its field."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.cases.actions import UNVERSIONED, Action
from apps.cases.callers import unseal
from apps.cases.calls import WhyCalled
from apps.cases.choices import Card, CaseState, HazardLevel, Source, Urgency
from apps.cases.models import Category
from apps.cases.sampling import ReviewState
from apps.cases.selectors import Wanted, agency_by_code, category_by_key, unit_by_code
from apps.cases.selectors.archive import FILES_SHOWN, TO_ARCHIVE, ArchiveWanted
from apps.cases.selectors.cards import APPEALED, STATES, CardsWanted
from apps.cases.selectors.catalogue import Known
from apps.cases.selectors.choices import point_inside
from apps.cases.selectors.follow_ups import RESULTS, FollowUpsWanted
from apps.cases.selectors.hazards import HAZARDS_SHOWN, STANDING_HAZARDS, HazardsWanted
from apps.cases.selectors.publication import PUBLICITY_SHOWN, TO_LOOK, ResultsWanted
from apps.cases.selectors.samples import FindingsWanted
from apps.cases.selectors.special import LISTED, SHOWN, SpecialWanted
from apps.cases.selectors.spot import SpotWanted
from apps.cases.selectors.whistles import SummonsWanted
from apps.cases.serializers_in import ActionSerializer, PhotoInputSerializer, ReportSerializer
from apps.cases.services import Caller, SeenCase
from apps.cases.services.samples import SampleRule
from apps.core.errors import InvalidInput, NotVisible
from apps.deadlines.choices import CARD_STEPS, Stage
from apps.grid.models import Unit

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_VERSION = 6
LONGEST_WORDS = 100
YEAR_DIGITS = 4


def _states(given: Any) -> tuple[str, ...]:
    listed = given.getlist("state") if hasattr(given, "getlist") else [given.get("state", "")]
    states = tuple(state for one in listed for state in one.split(",") if state)
    for state in states:
        if state not in CaseState.values:
            raise InvalidInput(fields={"state": [_("没有“%(value)s”这一项，请重新选择。") % {"value": state}]})
    return states


def _one_of(given: Any, name: str, values: Sequence[str]) -> str:
    """A word out of a fixed set, or nothing. Raises ``InvalidInput`` naming it."""
    value = given.get(name, "")
    if value and value not in values:
        raise InvalidInput(fields={name: [_("没有“%(value)s”这一项，请重新选择。") % {"value": value}]})
    return str(value)


def _day(given: Any, name: str) -> date | None:
    value = given.get(name, "")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise InvalidInput(fields={name: [_("请按 2026-03-02 的样子填写日期。")]}) from error


def list_wanted(given: Any, known: Known | None = None) -> Wanted:
    """The filters of a list: ``state`` (several, or with commas), ``unit``, ``category``, ``holder``, ``card``,
    ``supervised``, ``source``, ``urgency``, ``from`` and ``to`` (days of the report), ``q``, ``caller``.

    A unit, category or agency that does not exist is ``InvalidInput``; one outside the scope gives no rows. ``known``
    are those read beforehand, for many lists at once.
    """
    known = known or Known()
    return Wanted(
        states=_states(given),
        unit=known.unit(given["unit"]) if given.get("unit") else None,
        category=known.category(given["category"]) if given.get("category") else None,
        holder=known.agency(given["holder"]) if given.get("holder") else None,
        card=_one_of(given, "card", Card.values),
        source=_one_of(given, "source", Source.values),
        urgency=_one_of(given, "urgency", Urgency.values),
        since=_day(given, "from"),
        until=_day(given, "to"),
        supervised=given.get("supervised", "") in {"1", "true"},
        words=given.get("q", "")[:LONGEST_WORDS].replace("\0", ""),
        caller=unseal(given["caller"]) if given.get("caller") else "",
        sealed=given.get("caller", ""),
    )


def cards_wanted(given: Any, show: str) -> CardsWanted:
    """What a list of cards is narrowed to: ``kind stage state holder unit``. Raises ``InvalidInput``."""
    kind, stage, state = given.get("kind", ""), given.get("stage", ""), given.get("state", "")
    known = {"kind": (kind, CARD_STEPS), "stage": (stage, Stage.values), "state": (state, STATES)}
    wrong = {name: [value] for name, (value, values) in known.items() if value and value not in values}
    if wrong:
        raise InvalidInput(fields=wrong)
    return CardsWanted(
        mine=show == "mine",
        kind=kind,
        stage=stage,
        state=APPEALED if show == "appeals" else state,
        holder=agency_by_code(given["holder"]) if given.get("holder") else None,
        unit=unit_asked(given),
    )


def spot_wanted(given: Any, *, since: date) -> SpotWanted:
    """What a list of spot checks is narrowed to: ``unit worker``. Raises ``InvalidInput``."""
    return SpotWanted(
        unit=unit_asked(given),
        worker=given.get("worker", "")[:LONGEST_WORDS].replace("\0", ""),
        since=since,
    )


def archive_wanted(given: Any) -> ArchiveWanted:
    """What a list of files is narrowed to: ``show unit category year q``. Raises ``InvalidInput``."""
    year = given.get("year", "")
    if year and not (year.isdecimal() and len(year) == YEAR_DIGITS):
        raise InvalidInput(fields={"year": [_("请填写四位年份。")]})
    return ArchiveWanted(
        show=_one_of(given, "show", FILES_SHOWN) or TO_ARCHIVE,
        unit=unit_by_code(given["unit"]) if given.get("unit") else None,
        category=category_by_key(given["category"]) if given.get("category") else None,
        year=int(year) if year else None,
        words=given.get("q", "")[:LONGEST_WORDS].replace("\0", ""),
    )


def follow_ups_wanted(given: Any, *, since: datetime | None = None) -> FollowUpsWanted:
    """What a list of follow-ups is narrowed to: ``unit agency why result``. Raises ``InvalidInput``."""
    return FollowUpsWanted(
        unit=unit_by_code(given["unit"]) if given.get("unit") else None,
        agency=agency_by_code(given["agency"]) if given.get("agency") else None,
        why=_one_of(given, "why", WhyCalled.values),
        result=_one_of(given, "result", list(RESULTS)),
        since=since,
    )


def sample_rule(given: dict[str, Any]) -> SampleRule:
    """The rule of a sample from the cleaned form or body. Raises ``InvalidInput`` naming ``category`` or ``agency``."""
    named = {**given, "category": None, "agency": None}
    if given.get("category"):
        named["category"] = category_by_key(given["category"])
    if given.get("agency"):
        named["agency"] = agency_by_code(given["agency"], field="agency")
    return SampleRule(**named)


def findings_wanted(given: Any) -> FindingsWanted:
    """What a list of reviews is narrowed to: ``unit state``. Raises ``InvalidInput``."""
    return FindingsWanted(
        unit=unit_asked(given),
        state=_one_of(given, "state", ReviewState.values),
    )


def summons_wanted(given: Any, *, mine: bool) -> SummonsWanted:
    """What a list of summonses is narrowed to: ``unit agency late``. Raises ``InvalidInput``."""
    return SummonsWanted(
        mine=mine,
        unit=unit_asked(given),
        agency=given.get("agency", "")[:LONGEST_WORDS].replace("\0", ""),
        late=given.get("late") == "1",
    )


def special_wanted(given: Any, *, day: date) -> SpecialWanted:
    """What the special list is narrowed to: ``show unit overdue``; ``day`` is today. Raises ``InvalidInput``."""
    return SpecialWanted(
        show=_one_of(given, "show", SHOWN) or LISTED,
        unit=unit_asked(given),
        overdue=given.get("overdue", "") in {"1", "true"},
        day=day,
    )


def hazards_wanted(given: Any) -> HazardsWanted:
    """What the list of hazards is narrowed to: ``show level unit``. Raises ``InvalidInput``."""
    return HazardsWanted(
        show=_one_of(given, "show", HAZARDS_SHOWN) or STANDING_HAZARDS,
        level=_one_of(given, "level", HazardLevel.values),
        unit=unit_asked(given),
    )


def shown_publications(given: Any) -> str:
    """Which of a desk's publications are shown. Raises ``InvalidInput`` naming ``show``."""
    return _one_of(given, "show", PUBLICITY_SHOWN) or TO_LOOK


def results_wanted(given: Any) -> ResultsWanted:
    """What the public's list is narrowed to: ``unit`` (a street or community), ``category``, ``month`` such as
    ``2026-03``. Raises ``InvalidInput`` naming the one that is wrong."""
    unit = unit_by_code(given["unit"]) if given.get("unit") else None
    if unit is not None and unit.kind == "grid":
        raise InvalidInput(fields={"unit": [_("只能选到社区。")]})
    branch = Category.objects.filter(key=given["category"], level__gte=2).first() if given.get("category") else None
    if given.get("category") and branch is None:
        raise InvalidInput(fields={"category": [_("没有该类别。")]})
    month = given.get("month", "")
    try:
        first = date.fromisoformat(f"{month}-01") if month else None
    except ValueError as error:
        raise InvalidInput(fields={"month": [_("请按 2026-03 的样子填写月份。")]}) from error
    return ResultsWanted(unit=unit, branch=branch, month=first)


def unit_asked(given: Any, *, required: bool = False) -> Any:
    """The unit whose code stands in ``unit``, or none where none is asked for. Raises ``InvalidInput`` naming it."""
    if not given.get("unit"):
        if required:
            raise InvalidInput(fields={"unit": [_("此项必填。")]})
        return None
    return unit_by_code(given["unit"])


def report_inputs(user: "User", data: Any) -> dict[str, Any]:
    """The arguments of ``report_case``. Raises ``NotVisible`` for a unit outside the scope."""
    serializer = ReportSerializer(data=data)
    serializer.is_valid(raise_exception=True)
    given = dict(serializer.validated_data)
    code = given.pop("unit") or ""
    given["unit"] = unit_by_code(code, user=user) if code else None
    given["category"] = category_by_key(given["category"])
    given["caller"] = _caller(given)
    for name in ("reporter_name", "reporter_phone", "reporter_anonymous", "callback"):
        del given[name]
    return given


def action_inputs(action: str, data: Any) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The arguments of ``perform`` that are well-formed, and what is wrong with the others by field.

    ``version`` may be left out of what is ``UNVERSIONED`` only. Raises ``NotVisible`` for an action that does not
    exist.
    """
    if action not in set(Action):
        raise NotVisible
    if not isinstance(data, Mapping):
        return {"version": None}, {"version": [_("此项必填。")]}
    serializer = ActionSerializer(data=data)
    wrong: dict[str, list[str]] = {}
    if not serializer.is_valid():
        wrong = {name: [str(text) for text in _flat(texts)] for name, texts in serializer.errors.items()}
    well = {name: value for name, value in data.items() if name not in wrong}
    for name in ("assisting", "agencies", "missing", "absent"):
        if name in well and hasattr(data, "getlist"):
            well[name] = data.getlist(name)
    again = ActionSerializer(data=well)
    again.is_valid(raise_exception=True)
    given = {"version": None, **again.validated_data}
    if given["version"] is None and action not in UNVERSIONED and "version" not in wrong:
        wrong["version"] = [_("此项必填。")]
    return given, wrong


def photo_inputs(data: Any) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The arguments of ``attach_case_photo``, and what is wrong with them by field."""
    serializer = PhotoInputSerializer(data=data)
    if not serializer.is_valid():
        return {"upload": None}, {
            name: [str(text) for text in _flat(texts)] for name, texts in serializer.errors.items()
        }
    given = serializer.validated_data
    return {"upload": given["photo"], "purpose": given.get("purpose"), "client_id": given.get("client_id")}, {}


def _flat(texts: Any) -> list[Any]:
    if isinstance(texts, Mapping):
        return [text for inner in texts.values() for text in _flat(inner)]
    if isinstance(texts, list):
        return [text for inner in texts for text in (_flat(inner) if isinstance(inner, list | Mapping) else [inner])]
    return [texts]


def intake_inputs(given: dict[str, Any], units: Sequence[Unit], leaves: Sequence[Category]) -> dict[str, Any]:
    """The arguments of ``report_case`` from the intake form: the point, or one inside the unit that was chosen."""
    unit = next((one for one in units if one.code == given["unit"]), None)
    lon, lat = given["lon"], given["lat"]
    if lon is None or lat is None:
        inside = point_inside(unit) if unit is not None else None
        if inside is None:
            raise InvalidInput(fields={"unit": [_("该单元没有边界，请在地图上点出位置。")]})
        lon, lat = inside
    return {
        "category": next(leaf for leaf in leaves if leaf.key == given["category"]),
        "title": given["title"],
        "description": given["description"],
        "lon": lon,
        "lat": lat,
        "address": given["address"],
        "unit": unit,
        "source": given["source"],
        "source_number": given["source_number"] or None,
        "client_id": given["client_id"],
        "urgency": given["urgency"],
        "occurred_at": given["occurred_at"],
        "caller": _caller(given),
        "dual": given["dual"],
        "direct": given["direct"],
        "direct_reason": given["direct_reason"],
    }


def _caller(given: dict[str, Any]) -> Caller:
    return Caller(
        name=given["reporter_name"],
        phone=given["reporter_phone"],
        anonymous=given["reporter_anonymous"],
        callback=given["callback"],
    )


def supplement_inputs(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of ``supplement_case`` from the intake form: what was said becomes the comment."""
    return {
        "note": "\n".join(part for part in (given["title"], given["description"]) if part),
        "caller": _caller(given),
        "source": given["source"],
        "source_number": given["source_number"] or None,
        "client_id": given["client_id"],
    }


def point_of(given: Mapping[str, str]) -> tuple[float, float] | None:
    """Longitude and latitude where both are there and lie on Earth."""
    try:
        lon, lat = float(given.get("lon", "")), float(given.get("lat", ""))
    except ValueError:
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def seen_cases(given: Any) -> list[SeenCase]:
    """The marked cases, each ``case=<number>:<version>`` once. Raises ``InvalidInput`` naming ``case``."""
    seen: dict[str, SeenCase] = {}
    for text in given.getlist("case"):
        number, _colon, version = text.rpartition(":")
        if not number or not version.isdecimal() or len(version) > LONGEST_VERSION or "\0" in number:
            raise InvalidInput(fields={"case": [_("请重新标记案件。")]})
        seen.setdefault(number, SeenCase(number, int(version)))
    return list(seen.values())
