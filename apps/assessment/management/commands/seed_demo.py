"""``seed_demo [--district CODE] [--cases N]``: the demonstration, or volume for load tests."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from apps.assessment.seeding.demo import seed_demo, seed_ground, seed_load
from apps.core import clock


class Command(BaseCommand):
    """Demo data from a fixed seed; safe to repeat."""

    help = "Load the demo district; with --cases N, add N cases with legs, limits and events over two years."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The district's code and the number of cases for a load test."""
        parser.add_argument("--district", default="310106")
        parser.add_argument("--cases", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and say what was made, with the seconds it took."""
        began = monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"{monotonic() - began:6.1f} s  {text}")
            self.stdout.flush()

        now = clock.now()
        if options["cases"]:
            district = seed_ground(options["district"], now=now, say=say)
            made = seed_load(district, count=options["cases"], now=now, say=say)
            say(f"{made} cases added")
        else:
            seed_demo(options["district"], now=now, say=say)
            say("the demo district is there")
