"""Load or update every catalogue under ``config/catalogues``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.catalogues import CatalogueError, load_all


class Command(BaseCommand):
    """Bring the database into step with ``config/catalogues``: everything or, where one row is bad, nothing."""

    help = "Loads or updates the catalogues of config/catalogues; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each catalogue; exit 1 with one line for each bad row."""
        try:
            reports = load_all()
        except CatalogueError as error:
            raise CommandError("\n".join(error.problems)) from error
        for name, report in reports.items():
            kept = f", {report.kept} changed by hand and kept" if report.kept else ""
            self.stdout.write(
                f"{name}: {report.created} created, {report.changed} changed, {report.unchanged} unchanged{kept}"
            )
