"""Categories, cases, the closed loop and the dispatch centre."""

from django.apps import AppConfig
from django.db.models import Q


class CasesConfig(AppConfig):
    """Registers what the rooms below call back."""

    name = "apps.cases"

    def ready(self) -> None:
        """Announce the category catalogue and make cases known as placed rows."""
        import apps.cases.tasks  # reason: names its task of the timetable
        import apps.cases.webhooks.tasks  # noqa: F401 - reason: names its tasks of the timetable and its kind of job
        from apps.cases import shell  # reason: models are not ready at import time
        from apps.cases.announce import follow_limits, follow_moved_limits, register_kinds  # reason: likewise
        from apps.cases.calls import FollowUpState
        from apps.cases.catalogue import load_categories  # reason: likewise
        from apps.cases.choices import APPEAL_TARGET, CASE_TARGET, SpotState
        from apps.cases.models import (  # reason: likewise
            Case,
            CaseFile,
            FollowUp,
            SampleReview,
            ScreeningReturn,
            SpotCheck,
        )
        from apps.cases.routing_catalogue import load_routing  # reason: likewise
        from apps.cases.sampling import ReviewState
        from apps.cases.selectors.cards import appeal_is_visible  # reason: likewise
        from apps.cases.selectors.catalogue import find_options, search_options  # reason: likewise
        from apps.cases.selectors.photos import case_is_visible  # reason: likewise
        from apps.cases.webhooks import figures, overview  # reason: likewise
        from apps.core import health
        from apps.core.attachments import register_target
        from apps.core.catalogues import register_loader
        from apps.deadlines import announcements  # reason: likewise
        from apps.deadlines.categories import register_categories
        from apps.grid.manage_tabs import register_lines  # reason: likewise
        from apps.grid.placed import register_placed  # reason: likewise

        register_loader("categories", load_categories)
        register_loader("routing", load_routing)
        register_placed(Case, open_rows=Q(open=True))
        register_placed(CaseFile, open_rows=Q(pk__in=[]))
        register_placed(ScreeningReturn, open_rows=Q(pk__in=[]))
        register_placed(SampleReview, open_rows=Q(state=ReviewState.WAITING))
        register_placed(SpotCheck, open_rows=Q(state=SpotState.WAITING))
        register_placed(FollowUp, open_rows=Q(state=FollowUpState.WAITING))
        register_target(CASE_TARGET, case_is_visible)
        register_target(APPEAL_TARGET, appeal_is_visible)
        announcements.register(follow_limits)
        register_categories(search=search_options, find=find_options)
        register_kinds()
        announcements.register_moved(follow_moved_limits)
        register_lines(overview.overview_lines)
        for name, text, read in figures.FIGURES:
            health.register_figure(name, text, read)
        shell.register()
