"""The demonstration accounts (``spec/interfaces.md``, Demo accounts); shown and usable only where the demo is on."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A demonstration account: who it is and what that person does, for the sign-in page."""

    username: str
    title: Promise
    does: Promise
    icon: str


DEMO_ACCOUNTS = (
    DemoAccount("worker", _("网格员"), _("走访巡查，填日志，上报，到现场核查"), "walk"),
    DemoAccount("station", _("社区工作站"), _("受理上报，自行处置或上报街道"), "home-check"),
    DemoAccount("street", _("街道调度员"), _("派遣、督办、结案"), "route"),
    DemoAccount("district", _("区调度员"), _("派遣区级部门，批准延期"), "building-community"),
    DemoAccount("agency", _("处置单位"), _("接收、处置、反馈"), "tool"),
    DemoAccount("leader", _("领导"), _("看排名，打开每一个分数"), "chart-bar"),
    DemoAccount("assessor", _("考核员"), _("计算并发布每月考核"), "clipboard-check"),
    DemoAccount("clerk", _("台账员"), _("维护居民台账"), "address-book"),
    DemoAccount("admin", _("管理员"), _("画边界，配人员，看后台"), "settings"),
    DemoAccount("auditor", _("审计员"), _("查看审计记录"), "shield-search"),
    DemoAccount("worker_b", _("另一街道的网格员"), _("看不到上面各位的事"), "walk"),
    DemoAccount("station_b", _("另一街道的工作站"), _("看不到上面各位的事"), "home-check"),
    DemoAccount("street_b", _("另一街道的调度员"), _("看不到上面各位的事"), "route"),
)


def demo_accounts() -> list[DemoAccount]:
    """The accounts that can be used on this installation now; none where the demo is off."""
    if not settings.DEMO:
        return []
    there = set(_demo_users().values_list("username", flat=True))
    return [account for account in DEMO_ACCOUNTS if account.username in there]


def demo_user(username: str) -> User | None:
    """The demonstration user of that name, where the demo is on."""
    return _demo_users().filter(username=username).first() if settings.DEMO else None


def _demo_users() -> QuerySet[User]:
    return User.objects.filter(is_demo=True, is_active=True)
