"""``score_memory_mb``: the most memory that computing a month holds at once, in a process of its own."""

import os
import subprocess
import sys

from django.db import connection

from bench.harness import Context

CHILD = """
import tracemalloc, django
django.setup()
from apps.core import clock
from bench import score_fixture
at, place = clock.now(), score_fixture.district()
tracemalloc.start()
score_fixture.compute(place, str(score_fixture.month()), at)()
print(tracemalloc.get_traced_memory()[1])
"""


def run(context: Context) -> None:
    """One process, one computation, everything Python allocates."""
    parameters = connection.get_connection_params()
    host = parameters.get("host") or "localhost"
    environment = os.environ | {"DATABASE_URL": _url(parameters, host)}
    done = subprocess.run([sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, check=True)
    context.report("score_memory_mb", int(done.stdout) / 1024**2, "MB", None, context.cases)


def _url(parameters: dict[str, object], host: object) -> str:
    user, port, name = parameters.get("user", ""), parameters.get("port", ""), parameters["dbname"]
    password = f":{parameters['password']}" if parameters.get("password") else ""
    if str(host).startswith("/"):
        return f"postgresql://{user}{password}@/{name}?host={host}" + (f"&port={port}" if port else "")
    return f"postgresql://{user}{password}@{host}:{port}/{name}"
