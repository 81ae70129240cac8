"""Words of announcements."""

from django.db import models
from django.utils.translation import gettext_lazy as _

ANNOUNCEMENT_TARGET = "announcement"
"""What photos of announcements hang on."""


class AnnouncementState(models.TextChoices):
    """Written, then published, then perhaps taken back. A correction is a new announcement, never an edit."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


class Reading(models.TextChoices):
    """Whose receipts are shown."""

    ALL = "all", _("全部")
    PENDING = "pending", _("未阅")
    READ = "read", _("已阅")
