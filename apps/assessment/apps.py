"""Indicators, monthly scores and the leaders' pages; and the demo data, which needs every room below."""

from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class AssessmentConfig(AppConfig):
    """Registers what the rooms below call back."""

    name = "apps.assessment"

    def ready(self) -> None:
        """Announce the indicators, the job that computes a month, scores as placed rows, and the top bar's entry."""
        import apps.assessment.tasks  # noqa: F401 - reason: registers the job; models are not ready at import time
        from apps.assessment.catalogue import load_indicators
        from apps.assessment.models import Score
        from apps.core import navigation
        from apps.core.catalogues import register_loader
        from apps.grid.permissions import Permission
        from apps.grid.placed import register_placed
        from apps.grid.scopes import holds
        from apps.notices import kinds
        from apps.notices.choices import Group

        kinds.register("score-published", icon="trophy", label=gettext_noop("考核结果发布"), group=Group.SCORES)
        navigation.register_item(
            "assessment",
            _("考核"),
            "assessment:leaders",
            lambda user: holds(user, Permission.SCORE_VIEW),
            order=60,
        )
        register_loader("indicators", load_indicators)
        register_placed(Score, open_rows=Q(pk__in=[]))
