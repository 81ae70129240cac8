"""Reports told to a department as well, and a duty that the district has still to rule on."""

from datetime import timedelta

from apps.assessment.seeding.scenes.cast import Cast
from apps.core.clock import local
from apps.grid.permissions import Role
from apps.organisation.models import RoleGrant
from apps.organisation.services_liaisons import name_liaison

LIAISONS = ("environment_bureau", "fire_brigade", "market_bureau")


def report_twice(cast: Cast) -> None:
    """Liaisons of three departments with the demo community, and two reports that told them: one was taken note of."""
    _name_liaisons(cast)
    noted = cast.report(
        "gridgov:event:M05002", "菜场熟食摊无防蝇设施", "两家熟食摊敞口售卖，案板与生食混用。", at=cast.back(4, 9, 5)
    )
    cast.act(noted, "register", cast.station, cast.back(4, 9, 50))
    cast.act(
        noted,
        "acknowledge",
        cast.handler(cast.agency("market_bureau")),
        cast.back(4, 13, 40),
        "已知悉，本周随街道所一并检查。",
    )
    cast.report(
        "gridgov:event:M04004",
        "沿街仓库私拉电线",
        "临时仓库从窗口拉线充电，线路裸露，货物堆到灯管下。",
        at=cast.ago(170),
    )


def _name_liaisons(cast: Cast) -> None:
    begun = cast.back(20, 9, 0)
    admin = RoleGrant.objects.filter(role=Role.UNIT_ADMIN, unit=cast.place.district).select_related("user")[0].user
    for key in LIAISONS:
        agency = cast.agency(key)
        name_liaison(
            actor=admin,
            unit=cast.place.community,
            agency_id=agency.pk,
            user_id=cast.handler(agency).pk,
            valid_from=local(begun).date(),
            at=begun,
        )


def leave_a_duty_unclear(cast: Cast) -> None:
    """The district gives a component that is clear to nobody to its fallback, which opens its task to rule."""
    began = cast.back(1, 9, 25)
    case = cast.report(
        "gbt47678:component:01034",
        "人行道废弃立杆无单位认领",
        "杆体锈蚀倾斜，无标识牌，电力、通信、公交三家均称不是自己的。",
        at=began,
    )
    cast.raise_to_street(case, at=began + timedelta(minutes=30), why="三家管线单位都不认领，请街道协调。")
    cast.act(case, "escalate", cast.street, cast.back(1, 11, 20), "街道查不到权属，请区里明确。")
    why = "权属不清，先由托底单位排险，同时裁定职责。"
    fallback = cast.agency("construction_bureau")
    cast.act(case, "dispatch", cast.district, cast.back(1, 14, 0), why, agency=fallback.code, unclear=True)
