"""Fills ``DATABASE_URL`` and ``REDIS_URL`` from the embedded services where the environment names none."""

import os
from collections.abc import Callable
from pathlib import Path

from apps.core.embedded.client import attach, say

ROOT = Path(__file__).resolve().parents[3]
MARK = "GRIDGOV_EMBEDDED"


def attach_services(*, var: str = "var", durable: bool = True, progress: Callable[[str], None] = say) -> None:
    """Use, and where needed start, the embedded services for the URLs that are unset; with both set nothing happens.

    ``GRIDGOV_VAR`` decides where they live, else ``var`` below the checkout. A child process inherits the URLs with a
    mark that they are embedded, so that it holds the services' lock by itself and outlives its parent; a URL that was
    given to the child stays.
    """
    marked = [name for name in os.environ.get(MARK, "").split(",") if name]
    wanted = [name for name in ("DATABASE_URL", "REDIS_URL") if name in marked or not os.environ.get(name)]
    if not wanted:
        return
    folder = Path(os.environ.setdefault("GRIDGOV_VAR", str(ROOT / var)))
    urls = attach(folder, durable=durable, progress=progress)
    values = {"DATABASE_URL": urls.database, "REDIS_URL": urls.redis}
    for name in wanted:
        os.environ[name] = os.environ.get(name) or values[name]
    os.environ[MARK] = ",".join(wanted)
