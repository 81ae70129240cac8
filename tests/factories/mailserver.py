"""A mail server of the tests: speaks enough SMTP to take a message, to refuse it, or to hang."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True)
class Taken:
    """A message that was accepted, and for whom."""

    recipients: tuple[str, ...]
    message: EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """``behaviour`` is ``ok``, ``hang``, ``cut`` (after the message was taken), ``drip`` or the reply to each
    recipient, such as ``550 5.1.1 unknown``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.behaviour = "ok"
        self.taken: list[Taken] = []
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that went away is no news."""


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.behaviour == "hang":
            self.server.closing.wait()
            return
        if self.server.behaviour == "drip":
            with suppress(OSError):
                while not self.server.closing.wait(0.05):
                    self.wfile.write(b"2")
            return
        self._say("220 tests ready")
        recipients: list[str] = []
        while line := self.rfile.readline():
            words = line.decode("ascii", "replace").strip()
            verb = words[:4].upper()
            if verb == "DATA":
                self._say("354 go on")
                self.server.taken.append(Taken(tuple(recipients), self._message()))
                if self.server.behaviour == "cut":
                    return
                self._say("250 2.0.0 queued as Q1")
            elif verb == "RCPT":
                answer = "250 ok" if self.server.behaviour in {"ok", "cut"} else self.server.behaviour
                if answer.startswith("250"):
                    recipients.append(words[words.index("<") + 1 : words.index(">")])
                self._say(answer)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _message(self) -> EmailMessage:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)  # type: ignore[return-value]

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server on a port of its own for the time of the block."""
    server = MailServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
