"""The published results (公示) of handled cases: what the public reads, and nothing else (``spec/2-cases.md``)."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import HowSettled, Publicity
from apps.cases.models.cases import Case
from apps.cases.models.categories import Category
from apps.cases.models.orders import _agency, _person
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import scope_q
from apps.residents.models import PLAIN

if TYPE_CHECKING:
    from apps.grid.scopes import Person

TITLE_MOST, WORDS_MOST = 40, 300


def _place(**options: Any) -> Any:
    return models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False, **options)


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Publications."""

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_CLOSE) -> Self:
        """Those of the places for which ``user`` closes cases: the desk's own view, not the public's."""
        return self.filter(scope_q(user, permission))

    def public(self) -> Self:
        """What anybody may read, signed in or not."""
        return self.filter(state=Publicity.PUBLISHED)


class Publication(models.Model):
    """What the public reads of one closed case: its category, where as far as the community, what was done, when. Made
    of these facts alone, never of what people wrote in the case; ``title`` and ``words`` are what a desk wrote instead,
    checked for personal data. Nothing of the case's reporter, worker, address or texts is kept here."""

    classification = {
        "id": PLAIN,
        "case": PLAIN,
        "state": PLAIN,
        "category": PLAIN,
        "district": PLAIN,
        "street": PLAIN,
        "community": PLAIN,
        "how": PLAIN,
        "agency": PLAIN,
        "title": PLAIN,
        "words": PLAIN,
        "reported_on": PLAIN,
        "closed_on": PLAIN,
        "publish_at": PLAIN,
        "published_at": PLAIN,
        "edited_by": PLAIN,
        "withheld_by": PLAIN,
        "reason": PLAIN,
    }

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="publication")
    state = models.CharField(max_length=10, choices=Publicity.choices)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    district = _place()
    street = _place(null=True)
    community = _place(null=True)
    how = models.CharField(max_length=8, choices=HowSettled.choices)
    agency = _agency(null=True)
    title = models.CharField(_("公示标题"), max_length=TITLE_MOST, blank=True)
    words = models.CharField(_("办理结果"), max_length=WORDS_MOST, blank=True)
    reported_on = models.DateField()
    closed_on = models.DateField()
    publish_at = models.DateTimeField(null=True, help_text="when it goes out by itself; none: a desk looks it over")
    published_at = models.DateTimeField(null=True)
    edited_by = _person(null=True)
    withheld_by = _person(null=True)
    reason = models.TextField(_("不予公示的理由"), max_length=2000, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(state=Publicity.PUBLISHED),
                name="cases_publication_published",
            ),
            models.Index(
                fields=["community", "-published_at", "-id"],
                condition=Q(state=Publicity.PUBLISHED),
                name="cases_publication_community",
            ),
            models.Index(
                fields=["category", "-published_at", "-id"],
                condition=Q(state=Publicity.PUBLISHED),
                name="cases_publication_category",
            ),
            models.Index(fields=["publish_at"], condition=Q(state=Publicity.WAITING), name="cases_publication_due"),
            models.Index(fields=["state", "-closed_on", "-id"], name="cases_publication_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(community__isnull=True) | Q(street__isnull=False),
                name="cases_publication_path_without_hole",
            ),
            models.CheckConstraint(
                condition=Q(state=Publicity.PUBLISHED, published_at__isnull=False)
                | (~Q(state=Publicity.PUBLISHED) & Q(published_at__isnull=True)),
                name="cases_publication_published_when_public",
            ),
            models.CheckConstraint(
                condition=Q(state=Publicity.WITHHELD, withheld_by__isnull=False, reason__gt="")
                | (~Q(state=Publicity.WITHHELD) & Q(withheld_by__isnull=True, reason="")),
                name="cases_publication_withheld_with_reason",
            ),
            models.CheckConstraint(
                condition=(Q(title="") & Q(words="")) | Q(edited_by__isnull=False),
                name="cases_publication_words_of_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=Publicity.WAITING) | Q(publish_at__isnull=False),
                name="cases_publication_waiting_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__gte=F("reported_on")), name="cases_publication_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"

    @property
    def place(self) -> Unit:
        """Where it was, never closer than the community."""
        return self.community or self.street or self.district  # type: ignore[no-any-return]
