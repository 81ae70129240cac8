"""What the people of a desk keep for themselves: phrases they write again and again, and filters they come back to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StandardReply(models.Model):
    """A phrase of a desk for the notes of an action, or of any (``action`` empty)."""

    unit = models.ForeignKey("grid.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("单元"))
    action = models.CharField(_("用于"), max_length=20, blank=True)
    text = models.CharField(_("内容"), max_length=300)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("常用语")
        ordering = ["unit", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "action", "text"], name="cases_standardreply_once"),
            models.CheckConstraint(condition=~Q(text=""), name="cases_standardreply_text_given"),
        ]

    def __str__(self) -> str:
        return self.text


class SavedFilter(models.Model):
    """A queue with its filters under a name, of one person; ``query`` is the part of the address that says it."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(max_length=600)

    class Meta:
        verbose_name = _("我的筛选")
        ordering = ["user", "name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="cases_savedfilter_user_name"),
            models.CheckConstraint(condition=~Q(name=""), name="cases_savedfilter_name_given"),
        ]

    def __str__(self) -> str:
        return self.name
