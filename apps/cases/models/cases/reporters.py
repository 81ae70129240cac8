"""The residents from whom a case was heard."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import Callback, Source
from apps.cases.models.cases.case import Case
from apps.core.crypto import EncryptedTextField, mask_phone
from apps.residents.models import PERSONAL, PLAIN, SENSITIVE


class CaseReporter(models.Model):
    """A resident from whom a case was heard, at a desk or through a source: who is no user and may be one of several.

    ``Case.reporter`` is the user who entered it. Name and phone are encrypted; the phone is found by keyed hash; both
    are shown masked and revealed one at a time. ``source_number`` is that of this resident's own report.
    """

    classification = {
        "id": PLAIN,
        "client_id": PLAIN,
        "case": PLAIN,
        "name": SENSITIVE,
        "phone": SENSITIVE,
        "phone_hash": PERSONAL,
        "anonymous": PLAIN,
        "callback": PLAIN,
        "source": PLAIN,
        "source_number": PLAIN,
        "added_by": PLAIN,
        "added_at": PLAIN,
    }

    client_id = models.UUIDField(null=True, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reporters")
    name = EncryptedTextField(_("姓名"))
    phone = EncryptedTextField(_("电话"))
    phone_hash = models.BinaryField(max_length=33, null=True, editable=False)
    anonymous = models.BooleanField(_("要求匿名"), default=False)
    callback = models.CharField(max_length=5, choices=Callback.choices, default=Callback.NONE)
    source = models.CharField(_("来源"), max_length=20, choices=Source.choices)
    source_number = models.CharField(max_length=60, null=True)
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("反映人")
        indexes = [
            models.Index(
                fields=["phone_hash", "-added_at"],
                condition=Q(phone_hash__isnull=False),
                name="cases_casereporter_phone",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_hash__isnull=True)
                | Q(phone__isnull=False, phone_hash__isnull=False),
                name="cases_casereporter_phone_with_hash",
            ),
            models.CheckConstraint(
                condition=Q(callback="none") | Q(phone__isnull=False), name="cases_casereporter_phone_to_call_back"
            ),
            models.UniqueConstraint(
                fields=["source", "source_number"],
                condition=Q(source_number__isnull=False),
                name="cases_casereporter_source_number",
            ),
        ]

    @property
    def name_masked(self) -> str:
        """The first character of the name and a star; nothing of one who wants to stay anonymous."""
        name = str(self.name)
        return "" if self.anonymous or not name else f"{name[0]}*"

    @property
    def phone_masked(self) -> str:
        """The phone as every screen shows it; empty where there is none."""
        return mask_phone(str(self.phone)) if self.phone else ""
