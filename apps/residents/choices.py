"""The closed lists of the residents' ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Document(models.TextChoices):
    """What a person's identity number was read from."""

    ID_CARD = "id_card", _("居民身份证")
    PASSPORT = "passport", _("护照")


class Sex(models.TextChoices):
    """As the identity number tells, or as entered from a passport."""

    MALE = "male", pgettext_lazy("sex", "男")
    FEMALE = "female", pgettext_lazy("sex", "女")


class ResidenceKind(models.TextChoices):
    """On what footing a person lives at a dwelling."""

    REGISTERED = "registered", _("户籍")
    FLOATING = "floating", _("流动")
    OVERSEAS = "overseas", _("境外")
    LEFT_BEHIND = "left_behind", _("留守")


class Relation(models.TextChoices):
    """To the head of the household."""

    HEAD = "head", _("户主")
    SPOUSE = "spouse", _("配偶")
    CHILD = "child", _("子女")
    PARENT = "parent", _("父母")
    GRANDCHILD = "grandchild", _("孙子女")
    GRANDPARENT = "grandparent", _("祖父母")
    SIBLING = "sibling", _("兄弟姐妹")
    RELATIVE = "relative", _("其他亲属")
    OTHER = "other", _("非亲属")
