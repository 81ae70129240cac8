"""django-helpdesk beside us: its environment, its database on our server, its process; no figure itself."""

import json
import os
import subprocess
from typing import Any

import psycopg
from django.db import connection

from tools.prepare import ROOT, install_peer

DATABASE = "gridgov_bench_helpdesk"


class Helpdesk:
    """A running django-helpdesk; use as a context. The first use installs it, its packages' hashes checked."""

    def __init__(self) -> None:
        python = install_peer()
        server = _make_database()
        self._process = subprocess.Popen(
            [python, "-m", "bench.peer.process"],
            cwd=ROOT,
            env=os.environ | {"PEER_DATABASE": json.dumps(server)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.name = f"django-helpdesk {self.ask('version')['version']}"

    def ask(self, what: str, **arguments: Any) -> dict[str, Any]:
        """Do ``what`` there and return its answer; raises ``RuntimeError`` when it ended instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what} | arguments) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"django-helpdesk ended with status {self._process.wait()} at {what}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> "Helpdesk":
        return self

    def __exit__(self, *problem: object) -> None:
        self._process.communicate()


def _make_database() -> dict[str, str]:
    """Make the peer's database where it is missing; returns Django's settings for it."""
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    keep = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
    with psycopg.connect(**keep, autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            server.execute(f"CREATE DATABASE {DATABASE}")
    facts = connection.settings_dict
    return {name: facts[name] for name in ("USER", "PASSWORD", "HOST", "PORT")} | {"NAME": DATABASE}
