"""Making, changing and retiring categories: what is to be is written with its day, and comes into force on it."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.catalogue import CODE, LEAF_LEVEL
from apps.cases.choices import Evidence, Urgency
from apps.cases.models import Category, CategoryVersion
from apps.cases.models.categories import FIELDS
from apps.cases.routing_catalogue import BECAUSE, BEGINNING
from apps.cases.services.routing import check_catalogue_right, check_first_day, reason_of
from apps.core.clock import local
from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.core.locks import advisory_lock

if TYPE_CHECKING:
    from apps.accounts.models import User

LOCK = "cases.categories"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@transaction.atomic
def create_category(
    *,
    actor: "User",
    parent: Category,
    code: str,
    icon: str,
    fields: Mapping[str, Any],
    effective_from: date,
    because: str,
    at: datetime,
) -> Category:
    """A category below ``parent``, in its scheme and of its kind, that can be chosen from ``effective_from`` on.

    ``fields`` are those of ``CategoryFields`` but ``active``. Raises ``NotAllowed``, ``InvalidInput`` for a parent that
    is a leaf, a code that is taken (also by one that was retired: codes are never used again) or malformed, an empty
    name, and a day that is not to come.
    """
    check_catalogue_right(actor)
    check_first_day(effective_from, None, at=at)
    advisory_lock(LOCK)
    if parent.is_leaf:
        raise InvalidInput(fields={"parent": [_("小类之下不能再分。")]})
    key = f"{parent.scheme}:{parent.kind}:{code}"
    if not code or not CODE.fullmatch(code):
        raise InvalidInput(fields={"code": [_("代码由数字组成，前面至多一个大写字母，例如 06010 或 S12。")]})
    if Category.objects.filter(key=key).exists():
        raise InvalidInput(fields={"code": [_("这个代码已用过；代码不重复使用。")]})
    values = _checked(dict(fields) | {"active": True})
    level = parent.level + 1
    category = Category.objects.create(
        **values | {"active": False},
        key=key,
        scheme=parent.scheme,
        kind=parent.kind,
        code=code,
        parent=parent,
        level=level,
        is_leaf=level == LEAF_LEVEL,
        icon=icon or parent.icon,
    )
    _write(category, values, actor=actor, effective_from=effective_from, because=because, at=at)
    return category


@transaction.atomic
def change_category(
    *,
    actor: "User",
    category_id: int,
    changes: Mapping[str, Any],
    effective_from: date,
    because: str,
    at: datetime,
) -> CategoryVersion:
    """Let some of a category's fields (``CategoryFields``) be others from a later day on; ``active`` retires it or
    brings it back. Cases keep the category they have.

    Raises ``NotAllowed``, ``NotVisible``, ``WrongState`` while another change waits for its day, ``InvalidInput`` for a
    day that is not to come, for values that cannot be, for no change at all, and for retiring a branch that has
    categories in use.
    """
    check_catalogue_right(actor)
    check_first_day(effective_from, None, at=at)
    advisory_lock(LOCK)
    category = Category.objects.filter(pk=category_id).first()
    if category is None:
        raise NotVisible
    planned = category.versions.filter(applied_at=None, withdrawn_at=None).first()
    if planned is not None:
        said = _("已有一次变更将在 %(day)s 生效，请先撤回它。") % {"day": planned.effective_from.isoformat()}
        raise WrongState(said)
    present = {name: getattr(category, name) for name in FIELDS}
    values = _checked(present | dict(changes))
    if values == present:
        raise InvalidInput(_("没有改动。"))
    if not values["active"] and category.children.filter(active=True).exists():
        raise InvalidInput(_("其下还有启用的类别，请先停用它们。"))
    if not category.versions.exists():
        _keep_first(category, present, at=at)
    return _write(category, values, actor=actor, effective_from=effective_from, because=because, at=at)


def _keep_first(category: Category, values: Mapping[str, Any], *, at: datetime) -> None:
    """Write down what the catalogues said, so that the history is whole."""
    CategoryVersion.objects.create(
        category=category,
        effective_from=BEGINNING,
        because=BECAUSE,
        written_at=at,
        applied_at=at,
        **values,
    )


@transaction.atomic
def withdraw_version(*, actor: "User", version_id: int, at: datetime) -> CategoryVersion:
    """Take a change back before its day. Raises ``NotAllowed``, ``NotVisible``, ``WrongState`` once it is in force or
    withdrawn already."""
    check_catalogue_right(actor)
    advisory_lock(LOCK)
    version = CategoryVersion.objects.select_related("category").filter(pk=version_id).first()
    if version is None:
        raise NotVisible
    if version.applied_at is not None or version.withdrawn_at is not None:
        raise WrongState(_("该变更已生效或已撤回。"))
    version.withdrawn_by, version.withdrawn_at = actor, at
    version.save(update_fields=["withdrawn_by", "withdrawn_at"])
    return version


@transaction.atomic
def apply_versions(*, at: datetime) -> int:
    """Put into force every change whose day has come, in the order of their days; answers how many there were.

    Safe to run twice and late: what was applied is not due any more.
    """
    advisory_lock(LOCK)
    due = CategoryVersion.objects.filter(
        applied_at=None, withdrawn_at=None, effective_from__lte=local(at).date()
    ).select_related("category")
    applied = 0
    for version in due.order_by("effective_from", "id"):
        Category.objects.filter(pk=version.category_id).update(  # type: ignore[attr-defined]
            **{name: getattr(version, name) for name in FIELDS}
        )
        version.applied_at = at
        version.save(update_fields=["applied_at"])
        applied += 1
    return applied


def _write(
    category: Category,
    values: Mapping[str, Any],
    *,
    actor: "User",
    effective_from: date,
    because: str,
    at: datetime,
) -> CategoryVersion:
    return CategoryVersion.objects.create(
        category=category,
        effective_from=effective_from,
        because=reason_of(because),
        written_by=actor,
        written_at=at,
        **values,
    )


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are kept; an English name that is left out is the Chinese one."""
    wrong: dict[str, list[str]] = {}
    for name in ("name", "name_en", "standard"):
        values[name] = str(values.get(name, "")).strip()
    if not values["name"]:
        wrong["name"] = [_("请填写名称。")]
    if CHINESE.search(values["name_en"]) and values["name_en"] != values["name"]:
        wrong["name_en"] = [_("英文名称里有汉字。")]
    values["name_en"] = values["name_en"] or values["name"]
    if values["urgency"] not in Urgency.values:
        wrong["urgency"] = [_("请从名单中选择。")]
    if values["evidence"] not in Evidence.values:
        wrong["evidence"] = [_("请从名单中选择。")]
    if wrong:
        raise InvalidInput(fields=wrong)
    return {name: values[name] for name in FIELDS}
