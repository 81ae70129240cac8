"""``score_month YYYY-MM [--district CODE]``: compute a month's scores and print the checksum of the result."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.assessment.selectors.periods import scored_districts
from apps.assessment.services import run_period
from apps.core import clock
from apps.core.errors import DomainError


class Command(BaseCommand):
    """Computes, never publishes; the same facts give the same checksum and change nothing."""

    help = "Compute a month's scores, of one district or of all, and print a checksum of each result."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The month, the district, and the reason for correcting a published month."""
        parser.add_argument("month")
        parser.add_argument("--district", default="")
        parser.add_argument("--because", default="", help="why a published month is computed again")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each district: month, version, state, checksum."""
        districts = scored_districts(options["district"])
        if not districts:
            raise CommandError(f"there is no district {options['district']}")
        for district in districts:
            try:
                period = run_period(
                    district=district,
                    label=options["month"],
                    actor=None,
                    because=options["because"],
                    at=clock.now(),
                )
            except DomainError as error:
                details = "; ".join(text for texts in error.fields.values() for text in texts)
                raise CommandError(f"{district.code}: {details or error.message}") from error
            self.stdout.write(f"{district.code} {period.label} v{period.version} {period.state} {period.checksum}")
