"""A messaging gateway of the tests: it records what it gets and answers rightly, wrongly, slowly or not at all.

In a test: ``with recording_gateway() as gateway: … gateway.received``. As a process, which writes down every request
as a line of JSON (``key, path, query, headers, body``) before it answers:
``python -m tests.factories.gateway PORT FILE [BEHAVIOUR]``; ``POST /behave/hang`` changes its behaviour while it runs.

Behaviours: ``ok``; a status such as ``500`` or ``429``; ``errcode:45009`` (200 with that code); ``html``;
``truncated`` (ends in the middle of its answer); ``hang`` (takes the request and says nothing); ``drip`` (a byte now
and then, without end); ``redirect`` (to ``/elsewhere/``); ``cut`` (records, then closes the connection).
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

KEY_HEADER = "Idempotency-Key"
DRIP_SECONDS = 0.05


@dataclass(frozen=True)
class Received:
    """One request: ``key`` is its idempotency key, ``path`` has no query."""

    key: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict:
        """The body as the JSON object it is."""
        return json.loads(self.body)


class Gateway(ThreadingHTTPServer):
    """The server; ``behaviour`` holds for every path, ``behaviours`` for the paths that start like a key of it, and
    ``script`` is used up request by request before either."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0, record: Callable[[Received], None] | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.behaviour = "ok"
        self.behaviours: dict[str, str] = {}
        self.script: list[str] = []
        self.received: list[Received] = []
        self.accepted: dict[str, int] = {}
        self.closing = threading.Event()
        self._record = record
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def take(self, request: Received) -> str:
        """Note a request down; the behaviour with which it is answered."""
        with self._lock:
            self.received.append(request)
            if self._record:
                self._record(request)
            if self.script:
                behaviour = self.script.pop(0)
            else:
                matching = [one for one in self.behaviours if request.path.startswith(one)]
                behaviour = self.behaviours[max(matching, key=len)] if matching else self.behaviour
            if behaviour in {"ok", "truncated", "cut", "html"}:
                self.accepted[request.key] = self.accepted.get(request.key, 0) + 1
            return behaviour

    @property
    def keys(self) -> list[str]:
        """The keys received, in order, repeats included."""
        return [request.key for request in self.received]

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the requests are in ``received``."""

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        parts = urlsplit(self.path)
        if parts.path.startswith("/behave/"):
            self.server.behaviour = parts.path.removeprefix("/behave/")
            return self._answer(200, b"{}")
        request = Received(
            self.headers.get(KEY_HEADER, ""), parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body
        )
        behaviour = self.server.take(request)
        name, _, code = behaviour.partition(":")
        if name.isdecimal():
            headers = {"Retry-After": code} if code else {}
            return self._answer(int(name), b'{"errmsg": "no"}', headers)
        getattr(self, f"_{name}")(code)
        return None

    def _ok(self, code: str) -> None:
        number = len(self.server.received)
        answer = {"errcode": 0, "errmsg": "ok", "code": "0", "msgid": f"m{number}", "access_token": f"token{number}"}
        self._answer(200, json.dumps(answer | {"expires_in": 7200}).encode())

    def _errcode(self, code: str) -> None:
        answer = {"errcode": int(code), "errmsg": f"says {code}", "code": code, "message": f"says {code}"}
        self._answer(200, json.dumps(answer).encode())

    def _html(self, code: str) -> None:
        self._answer(200, b"<html><body>Please sign in to the network</body></html>", {"Content-Type": "text/html"})

    def _redirect(self, code: str) -> None:
        self._answer(302, b"", {"Location": f"{self.server.url}/elsewhere/"})

    def _truncated(self, code: str) -> None:
        self._head(200, {"Content-Length": "400", "Content-Type": "application/json"})
        self.wfile.write(b'{"errcode": 0, "err')
        self.close_connection = True

    def _cut(self, code: str) -> None:
        self.close_connection = True

    def _hang(self, code: str) -> None:
        self.server.closing.wait()
        self.close_connection = True

    def _drip(self, code: str) -> None:
        self._head(200, {"Content-Length": "100000", "Content-Type": "application/json"})
        with suppress(OSError):
            while not self.server.closing.wait(DRIP_SECONDS):
                self.wfile.write(b" ")
                self.wfile.flush()
        self.close_connection = True

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(body))} | (headers or {}))
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@contextmanager
def recording_gateway(record: Callable[[Received], None] | None = None) -> Iterator[Gateway]:
    """A gateway on a port of its own for the time of the block; those who still hang are let go at its end."""
    gateway = Gateway(record=record)
    thread = threading.Thread(target=gateway.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.closing.set()
        gateway.shutdown()
        gateway.server_close()
        thread.join()


def main(port: str, file: str, behaviour: str = "ok") -> None:
    """Serve until killed; each request is one line of JSON in ``file``, written before the answer is given."""
    with Path(file).open("a", encoding="utf-8") as lines:

        def record(request: Received) -> None:
            lines.write(json.dumps(asdict(request), ensure_ascii=False) + "\n")
            lines.flush()

        gateway = Gateway(int(port), record)
        gateway.behaviour = behaviour
        with suppress(KeyboardInterrupt):
            gateway.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
