"""E-mail by SMTP. The message's own id comes from its key, so that a repeat is recognised as the same message."""

import smtplib
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from apps.core.outgoing import trusted
from apps.notices.channels.http import told
from apps.notices.channels.messages import Final, Message, Outcome, Retry, Sent
from apps.notices.choices import Failure

BAD_MAILBOX = frozenset({550, 551, 553})


class Mail:
    """One connection per message, cut off as a whole when its time is over."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def send(self, message: Message, *, at: datetime) -> Outcome:
        """Hand over one message of subject and text; 4xx replies are tried again, 5xx are final."""
        try:
            return self._hand_over(message, at)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return _refused(code, words, Failure.BAD_ADDRESS if code in BAD_MAILBOX else Failure.REJECTED)
        except smtplib.SMTPAuthenticationError as error:
            return Retry(Failure.REJECTED, told(error.smtp_code, "authentication"))
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error, Failure.REJECTED)
        except TimeoutError:
            return Retry(Failure.TIMEOUT)
        except smtplib.SMTPServerDisconnected:
            return Retry(Failure.BROKEN_ANSWER, "SMTPServerDisconnected")
        except smtplib.SMTPException as error:
            return Retry(Failure.BROKEN_ANSWER, type(error).__name__)
        except OSError as error:
            return Retry(Failure.UNREACHABLE, type(error).__name__)

    def _hand_over(self, message: Message, at: datetime) -> Outcome:
        facts = self._facts
        domain = facts["sender"].rpartition("@")[2].strip(">")
        mail = EmailMessage(
            message.subject,
            message.text,
            facts["sender"],
            [message.address],
            headers={
                "Message-ID": f"<{message.key}@{domain}>",
                "Idempotency-Key": message.key,
                "Date": format_datetime(at),
                "Auto-Submitted": "auto-generated",
            },
        )
        text = mail.message().as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(timeout=settings.NOTICE_CONNECT_SECONDS, context=trusted())
            if facts["security"] == "tls"
            else smtplib.SMTP(timeout=settings.NOTICE_CONNECT_SECONDS)
        )
        with _limited(server) as over:
            try:
                server._host = facts["host"]  # type: ignore[attr-defined]  # the name that TLS verifies
                server.connect(facts["host"], facts["port"])
                if server.sock is not None:
                    server.sock.settimeout(settings.NOTICE_READ_SECONDS)
                if facts["security"] == "starttls":
                    server.starttls(context=trusted())
                if facts["user"]:
                    server.login(facts["user"], facts["password"])
                server.sendmail(facts["sender"], [message.address], text)
            except (OSError, smtplib.SMTPException) as error:
                # The library tells a reply that did not come in time as a connection that was closed.
                if over.is_set() or isinstance(error.__context__, TimeoutError):
                    raise TimeoutError from error
                raise
            finally:
                server.close()
        return Sent(message.key)


class _limited:  # noqa: N801 - reads as a word
    """Shuts the connection from outside when the whole exchange takes too long: single timeouts begin anew per byte."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server
        self._over = threading.Event()
        self._timer = threading.Timer(settings.NOTICE_TOTAL_SECONDS, self._end)
        self._timer.daemon = True

    def _end(self) -> None:
        self._over.set()
        connection = self._server.sock
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> threading.Event:
        self._timer.start()
        return self._over

    def __exit__(self, *given: object) -> None:
        self._timer.cancel()


def _refused(code: int, words: bytes | str, failure: Failure) -> Outcome:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    # The server's words may repeat the address, which is personal.
    detail = told(code, " ".join(word for word in said.split() if "@" not in word))
    return Final(failure, detail) if code >= 500 else Retry(Failure.SERVER_ERROR, detail)
