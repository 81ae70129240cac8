"""The account of a person."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.text import pinyin_key


class UserManager(BaseUserManager["User"]):
    """Makes accounts. There are no superusers: rights come from role grants alone (docs/architecture.md)."""

    def create_user(self, username: str, name: str, password: str | None = None, **fields: Any) -> "User":
        """An account that can sign in, or, without a password, one that cannot."""
        user = self.model(username=username, name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What the person may see and do is granted on units and agencies, never here."""

    username = models.CharField(_("用户名"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(_("姓名"), max_length=60)
    name_key = models.CharField(max_length=200, editable=False, default="")
    language = models.CharField(_("界面语言"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("启用"), default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    head_sequence = models.PositiveIntegerField(default=0, editable=False)
    head_hash = models.BinaryField(max_length=32, default=bytes(32), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("账号")
        ordering = ["name_key", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="accounts_user_no_superuser"),
            models.CheckConstraint(condition=~Q(username=""), name="accounts_user_username_given"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the sorting key with the name."""
        self.name_key = pinyin_key(self.name)
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """The name as the person writes it."""
        return self.name

    def get_short_name(self) -> str:
        """The same: Chinese names are not shortened."""
        return self.name
