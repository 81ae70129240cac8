"""Static files under names that carry their content's hash, and compressed, once ``collectstatic`` has run."""

from pathlib import Path

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage that also rewrites the imports of ES modules.

    Where nothing was collected, or a source was edited since, files go by their plain names, which WhiteNoise finds in
    the sources: a server started without ``collectstatic`` works, and never shows yesterday's style sheet.
    """

    support_js_module_import_aggregation = True

    def load_manifest(self) -> tuple[dict[str, str], str]:
        """The collected names; none where they are older than a source."""
        paths, digest = super().load_manifest()
        return ({}, "") if self._is_outdated() else (paths, digest)

    def stored_name(self, name: str) -> str:
        """The hashed name of ``name``, or the plain one where it was not collected."""
        return self.hashed_files.get(self.hash_key(self.clean_name(name)), name)

    def _is_outdated(self) -> bool:
        manifest = Path(settings.STATIC_ROOT, self.manifest_name)
        if not manifest.is_file():
            return True
        collected = manifest.stat().st_mtime
        sources = (path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*"))
        return any(path.is_file() and path.stat().st_mtime > collected for path in sources)
