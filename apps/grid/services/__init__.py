"""Changing the tree and its boundaries. Each function is one transaction."""

from apps.grid.services.boundary import discard_draft, load_boundaries, publish_boundary, save_draft
from apps.grid.services.division import ImportReport, Progress, import_division, quiet

__all__ = [
    "ImportReport",
    "Progress",
    "discard_draft",
    "import_division",
    "load_boundaries",
    "publish_boundary",
    "quiet",
    "save_draft",
]
