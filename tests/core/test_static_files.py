"""Static files: only the listed vendor files are served, under hashed names once they are collected."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings

from apps.core.static_files import HashedStaticFiles


def test_every_vendor_file_is_there() -> None:
    assert [name for name in settings.VENDOR_FILES if not finders.find(name)] == []


@pytest.mark.parametrize("name", ["vendor/package.json", "@tabler/core/package.json", "vendor/../package.json"])
def test_nothing_else_of_the_packages_is_served(name: str) -> None:
    assert finders.find(name) is None


@pytest.fixture
def collected(tmp_path: Path) -> Any:
    source = tmp_path / "source"
    (source / "js").mkdir(parents=True)
    (source / "js/one.js").write_text('import { two } from "./two.js";\ntwo();\n')
    (source / "js/two.js").write_text("export const two = () => 2;\n" * 50)
    with override_settings(STATICFILES_DIRS=[source], STATIC_ROOT=tmp_path / "root", VENDOR_FILES={}):
        finders.get_finder.cache_clear()  # type: ignore[attr-defined]
        call_command("collectstatic", interactive=False, verbosity=0)
        yield source
    finders.get_finder.cache_clear()  # type: ignore[attr-defined]


def test_collected_files_carry_their_hash_even_in_imports_and_are_compressed(collected: Path) -> None:
    storage = HashedStaticFiles()
    one, two = storage.stored_name("js/one.js"), storage.stored_name("js/two.js")
    assert one != "js/one.js"
    assert Path(two).name in Path(settings.STATIC_ROOT, one).read_text()
    assert Path(settings.STATIC_ROOT, two + ".gz").is_file()


def test_a_source_edited_since_goes_by_its_plain_name(collected: Path) -> None:
    later = Path(settings.STATIC_ROOT, "staticfiles.json").stat().st_mtime + 5
    os.utime(collected / "js/two.js", (later, later))
    assert HashedStaticFiles().stored_name("js/one.js") == "js/one.js"


def test_without_collecting_names_stay_plain(tmp_path: Path) -> None:
    with override_settings(STATIC_ROOT=tmp_path / "nothing"):
        assert HashedStaticFiles().stored_name("css/shell.css") == "css/shell.css"
