"""What must be in the database and on disk before the processes of ``make run`` start; safe to repeat."""

import hashlib
import os

import django
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection

SEEDED = "demo-seeded"
COLLECTED = ".collected"


def main() -> None:
    """Migrate, load the catalogues, collect the static files, and seed the demo district once per database."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    print("tables are up to date", flush=True)
    commands = get_commands()
    if "load_catalogues" in commands:
        call_command("load_catalogues", verbosity=0)
        print("catalogues are loaded", flush=True)
    collect_static_files()
    if settings.DEMO and "seed_demo" in commands and os.environ.get("GRIDGOV_SEED") != "none":
        seed_once()


def collect_static_files() -> None:
    """Hash and compress the static files, unless these very files were collected before."""
    mark = settings.STATIC_ROOT / COLLECTED
    sources = [path for folder in settings.STATICFILES_DIRS for path in sorted(folder.rglob("*")) if path.is_file()]
    facts = [f"{path} {path.stat().st_mtime_ns}" for path in [*sources, settings.BASE_DIR / "package-lock.json"]]
    fingerprint = hashlib.sha256(repr([facts, settings.VENDOR_FILES, settings.STORAGES]).encode()).hexdigest()
    if mark.exists() and mark.read_text() == fingerprint:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(fingerprint)


def seed_once() -> None:
    """Seed the demo district unless this very database holds it already, with this password."""
    mark = settings.VAR_DIR / SEEDED
    fingerprint = hashlib.sha256(f"{cluster()} {settings.DEMO_PASSWORD}".encode()).hexdigest()
    if mark.exists() and mark.read_text() == fingerprint:
        return
    print("seeding the demo district (once)", flush=True)
    call_command("seed_demo")
    mark.write_text(fingerprint)


def cluster() -> str:
    """Names the database: another cluster, or the same one made anew, has another name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier::text || '/' || oid::text FROM pg_control_system(), pg_database"
            " WHERE datname = current_database()"
        )
        row = cursor.fetchone()
    return str(row[0])


if __name__ == "__main__":
    main()
