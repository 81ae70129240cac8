"""Browser libraries: which few files of ``node_modules`` are served, and under which name.

npm fetches whole packages (well over 100 MB); the product serves some ten files of them. ``settings.VENDOR_FILES`` maps
the served name below ``STATIC_URL`` to the file below ``node_modules``; a dictionary rather than folders keeps
``collectstatic`` at a second.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage


class VendorStorage(FileSystemStorage):
    """Reads one npm file under its served name."""

    def path(self, name: str) -> str:
        """The file on disk that is served as ``name``."""
        return str(Path(self.location) / settings.VENDOR_FILES[name])


class VendorFinder(BaseFinder):
    """Finds the files named in ``settings.VENDOR_FILES`` and no other."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.storage = VendorStorage(location=str(settings.NODE_MODULES))

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Nothing is checked here: before ``npm ci`` has run the files are simply not found."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file served as ``path``, as a name or, with ``find_all``, as a list; empty when there is none."""
        if path not in settings.VENDOR_FILES or not Path(self.storage.path(path)).is_file():
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every served name that exists, with the storage that reads it."""
        for name in settings.VENDOR_FILES:
            if Path(self.storage.path(name)).is_file():
                yield name, self.storage
