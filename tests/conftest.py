"""What every test shares: translations compiled, Redis keys of earlier runs gone, browser tests where a browser is."""

import os
import shutil
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.template import migrated_template
from tools.translations import compile_all

# The one without windows first: it costs half of the other.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The Chromium on PATH that the browser tests drive, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations once, before any worker reads them."""
    if not hasattr(config, "workerinput"):
        compile_all()
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_unconfigure() -> None:
    """Leave no photographs of this process behind."""
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than cores, since browsers and killed processes are mostly waited for."""
    return min((os.cpu_count() or 1) + 1, 4)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that wait long, lest one of them runs alone at the end; leave the browser tests out where
    there is no browser."""
    slow = {item.path for item in items if item.get_closest_marker("browser") or "faults" in item.path.parts}
    items.sort(key=lambda item: item.path not in slow)
    if find_chromium():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium on PATH: `make browsers` installs one"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line whether the browser tests ran."""
    found = find_chromium()
    terminalreporter.write_line(
        f"browser tests: driven with {found}" if found else "browser tests: left out, no Chromium on PATH"
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Copy the test databases from one that is migrated already."""
    with django_db_blocker.unblock():
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; only tests marked ``browser`` may ask for it."""
    found = find_chromium()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A browser for one file of tests. What is expected of a page may take twenty seconds: the machine is shared."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread, the database is used beside
    expect.set_options(timeout=20_000)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()
    expect.set_options(timeout=5_000)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session", autouse=True)
def empty_redis() -> Iterator[None]:
    """Start with no key of this worker's prefix in Redis, and leave none."""

    def clear() -> None:
        client = redis.Redis.from_url(settings.REDIS_URL)
        for key in client.scan_iter(f"*{settings.REDIS_PREFIX}*", count=1000):
            client.delete(key)
        client.close()

    clear()
    yield
    clear()


@pytest.fixture(scope="session", autouse=True)
def flush_passes_append_only_triggers() -> Iterator[None]:
    """Between tests with real transactions every table is emptied, those too that refuse it in the product."""
    plain = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: list[str]) -> None:
        # Whatever a test has left running may hold a lock: say so instead of waiting for it for ever.
        quiet = ["SET lock_timeout = '30s'", "SET session_replication_role = replica", *sql_list]
        plain(self, [*quiet, "SET session_replication_role = origin", "RESET lock_timeout"])

    DatabaseOperations.execute_sql_flush = flush
    yield
    DatabaseOperations.execute_sql_flush = plain
