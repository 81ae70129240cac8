"""Every permission there is, and the list of what each role may do (``spec/1-grid.md``, Roles and scopes)."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """One right. All but the last are held on a unit and reach its subtree; ``LEG_HANDLE`` is held on an agency."""

    UNIT_VIEW = "unit_view", _("查看层级单元")
    BOUNDARY_EDIT = "boundary_edit", _("编辑边界")
    STAFF_MANAGE = "staff_manage", _("管理人员")
    CASE_VIEW = "case_view", _("查看案件")
    CASE_REPORT = "case_report", _("上报案件")
    CASE_REGISTER = "case_register", _("受理案件")
    CASE_SETTLE = "case_settle", _("自行处置")
    CASE_DISPATCH = "case_dispatch", _("派遣案件")
    CASE_ESCALATE = "case_escalate", _("上报上级")
    CASE_VERIFY = "case_verify", _("核查案件")
    CASE_CLOSE = "case_close", _("结案")
    CASE_SUSPEND = "case_suspend", _("挂起案件")
    CASE_EXTEND = "case_extend", _("批准延期")
    CASE_SUPERVISE = "case_supervise", _("督办案件")
    CASE_COMMENT = "case_comment", _("批注案件")
    LOG_FILE = "log_file", _("填写日志")
    LOG_VIEW = "log_view", _("查看日志")
    LOG_REVIEW = "log_review", _("审阅日志")
    RESIDENT_VIEW = "resident_view", _("查看居民台账")
    RESIDENT_EDIT = "resident_edit", _("维护居民台账")
    RESIDENT_REVEAL = "resident_reveal", _("查看居民完整证件")
    SCORE_VIEW = "score_view", _("查看考核")
    SCORE_RUN = "score_run", _("计算考核")
    SCORE_PUBLISH = "score_publish", _("发布考核")
    SYSTEM_MANAGE = "system_manage", _("系统管理")
    AUDIT_VIEW = "audit_view", _("查看审计")
    ANNOUNCE = "announce", _("发布公告")
    LEG_HANDLE = "leg_handle", _("处置案件")


UNIT_PERMISSIONS = tuple(p for p in Permission if p is not Permission.LEG_HANDLE)
AGENCY_PERMISSIONS = (Permission.LEG_HANDLE,)


class Role(models.TextChoices):
    """What a person is granted on a unit or, for agency handlers, on an agency."""

    WORKER = "worker", _("网格员")
    GRID_LEADER = "grid_leader", _("网格长")
    STATION = "station", _("社区工作站")
    STREET_DISPATCHER = "street_dispatcher", _("街道调度员")
    DISTRICT_DISPATCHER = "district_dispatcher", _("区调度员")
    AGENCY_HANDLER = "agency_handler", _("处置单位经办人")
    LEADER = "leader", _("领导")
    ASSESSOR = "assessor", _("考核员")
    CLERK = "clerk", _("台账员")
    UNIT_ADMIN = "unit_admin", _("单元管理员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    AUDITOR = "auditor", _("审计员")


@dataclass(frozen=True)
class RoleRule:
    """On which kinds of unit a role is held (none: on an agency) and which permissions it carries."""

    kinds: frozenset[str]
    permissions: frozenset[Permission]


_P = Permission
_ANY = frozenset({"district", "street", "community", "grid"})
_DESK = frozenset(
    {
        _P.UNIT_VIEW,
        _P.CASE_VIEW,
        _P.CASE_REPORT,
        _P.CASE_REGISTER,
        _P.CASE_SETTLE,
        _P.CASE_DISPATCH,
        _P.CASE_ESCALATE,
        _P.CASE_VERIFY,
        _P.CASE_CLOSE,
        _P.CASE_COMMENT,
        _P.LOG_VIEW,
        _P.SCORE_VIEW,
        _P.ANNOUNCE,
    }
)
_CENTRE = _DESK | {_P.CASE_SUSPEND, _P.CASE_EXTEND, _P.CASE_SUPERVISE}
_WORKER = frozenset(
    {
        _P.UNIT_VIEW,
        _P.CASE_VIEW,
        _P.CASE_REPORT,
        _P.CASE_VERIFY,
        _P.LOG_FILE,
        _P.LOG_VIEW,
        _P.RESIDENT_VIEW,
        _P.RESIDENT_EDIT,
    }
)

ROLES: dict[Role, RoleRule] = {
    Role.WORKER: RoleRule(frozenset({"grid"}), _WORKER),
    Role.GRID_LEADER: RoleRule(frozenset({"grid"}), _WORKER | {_P.LOG_REVIEW, _P.SCORE_VIEW}),
    Role.STATION: RoleRule(
        frozenset({"community"}), _DESK | {_P.LOG_FILE, _P.LOG_REVIEW, _P.RESIDENT_VIEW, _P.RESIDENT_EDIT}
    ),
    Role.STREET_DISPATCHER: RoleRule(frozenset({"street"}), _CENTRE),
    Role.DISTRICT_DISPATCHER: RoleRule(frozenset({"district"}), _CENTRE),
    Role.AGENCY_HANDLER: RoleRule(frozenset(), frozenset({_P.LEG_HANDLE})),
    Role.LEADER: RoleRule(
        _ANY,
        frozenset(
            {
                _P.UNIT_VIEW,
                _P.CASE_VIEW,
                _P.CASE_COMMENT,
                _P.CASE_SUPERVISE,
                _P.LOG_VIEW,
                _P.LOG_REVIEW,
                _P.SCORE_VIEW,
                _P.ANNOUNCE,
            }
        ),
    ),
    Role.ASSESSOR: RoleRule(
        frozenset({"district", "street"}),
        frozenset({_P.UNIT_VIEW, _P.CASE_VIEW, _P.LOG_VIEW, _P.SCORE_VIEW, _P.SCORE_RUN, _P.SCORE_PUBLISH}),
    ),
    Role.CLERK: RoleRule(_ANY, frozenset({_P.UNIT_VIEW, _P.RESIDENT_VIEW, _P.RESIDENT_EDIT, _P.RESIDENT_REVEAL})),
    Role.UNIT_ADMIN: RoleRule(_ANY, frozenset({_P.UNIT_VIEW, _P.BOUNDARY_EDIT, _P.STAFF_MANAGE, _P.ANNOUNCE})),
    Role.SYSTEM_ADMIN: RoleRule(frozenset({"district"}), frozenset({_P.UNIT_VIEW, _P.SYSTEM_MANAGE})),
    Role.AUDITOR: RoleRule(_ANY, frozenset({_P.UNIT_VIEW, _P.AUDIT_VIEW})),
}
