"""``manage.py describe_cases``: the workflow's table as diagram and table in ``docs/cases.md``."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from apps.cases.table import with_markdown

DOCUMENT = "docs/cases.md"


class Command(BaseCommand):
    """Writes the part between the marks anew; the rest of the document stays as it is."""

    help = "Write the table of what may happen to a case into docs/cases.md, or check that it is in step."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """``--check`` writes nothing."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the document is out of step")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or check. Raises ``CommandError`` where the document is out of step or lacks its marks."""
        path = Path(settings.BASE_DIR) / DOCUMENT
        kept = path.read_text()
        try:
            with translation.override("en"):
                fresh = with_markdown(kept)
        except ValueError as error:
            raise CommandError(f"{DOCUMENT}: {error}") from error
        if fresh == kept:
            self.stdout.write(f"{DOCUMENT} is in step with the table")
        elif options["check"]:
            raise CommandError(f"{DOCUMENT} is out of step with the table: run manage.py describe_cases")
        else:
            path.write_text(fresh)
            self.stdout.write(f"{DOCUMENT} written")
