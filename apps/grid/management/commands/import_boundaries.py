"""Load the boundaries of a unit's children, or of the unit itself, from GeoJSON or a zipped shapefile."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import clock
from apps.grid.boundary_files import BoundaryFileError, check_outlines, read_boundaries
from apps.grid.coverage import coverage_lines
from apps.grid.crs import Crs
from apps.grid.services import load_boundaries


class Command(BaseCommand):
    """Publish every outline of a file, or nothing where one cannot be."""

    help = "Loads boundaries from a file; each feature names its unit by `code`. Prints gaps and overlaps."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the unit above, the coordinate system, the reason."""
        parser.add_argument("file", type=Path, help="GeoJSON, or a zipped shapefile")
        parser.add_argument("--parent", required=True, help="the unit above, or the one whose outline it is")
        parser.add_argument("--crs", type=Crs, choices=list(Crs), default=Crs.WGS84, help="the file's system")
        parser.add_argument("--because", default="导入边界", help="the reason, kept with each boundary")

    def handle(self, *args: Any, file: Path, parent: str, crs: Crs, because: str, **options: Any) -> None:
        """Print what was loaded, then gaps and overlaps; exit 1 for a bad feature (nothing loaded) or for any
        fault.
        """
        try:
            outlines = read_boundaries(file.read_bytes(), parent, crs)
            check_outlines(parent, outlines)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except BoundaryFileError as error:
            problems = "\n".join(error.problems)
            raise CommandError(f"nothing was loaded, {len(error.problems)} problem(s):\n{problems}") from error
        changed = load_boundaries(outlines, because=because, at=clock.now())
        self.stdout.write(f"{len(outlines)} outlines read, {changed} published")
        try:
            report = coverage_lines(parent)
        except LookupError as error:
            self.stdout.write(f"not compared with the parent: {error}")
            return
        for line in report.lines:
            self.stdout.write(line)
        if not report.lines:
            self.stdout.write("no gap and no overlap")
        else:
            raise CommandError(f"{len(report.lines)} fault(s) below {parent}")
