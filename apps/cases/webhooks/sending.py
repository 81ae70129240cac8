"""One signed request to a subscriber, judged. Touches no database."""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from apps.cases.webhooks.choices import WebhookFailure
from apps.cases.webhooks.claims import Answered, Claimed
from apps.cases.webhooks.signing import signature_header
from apps.core.outgoing import Forbidden, Seconds, Unresolved, cause_of, exchange, target_of

MOST_KEPT_BYTES = 4096
MOST_KEPT_HEADERS = 40
USUAL_PAUSE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(hours=1)


def headers_of(piece: Claimed, *, at: datetime) -> dict[str, str]:
    """The headers that name and sign a message."""
    timestamp = str(int(at.timestamp()))
    signed = signature_header(piece.secrets, timestamp, piece.body, algorithm=settings.WEBHOOK_ALGORITHM)
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "gridgov-webhooks/1",
        "Accept-Encoding": "identity",
        "Gridgov-Event": piece.event_type,
        "Gridgov-Delivery": piece.key,
        "Gridgov-Timestamp": timestamp,
        "Gridgov-Signature": signed,
    }


def send(piece: Claimed, *, at: datetime) -> Answered:
    """Send one message to the address its host was looked up at, and judge the answer. Never raises for what the other
    side does.
    """
    headers = headers_of(piece, at=at)
    begun = time.monotonic()
    facts: dict[str, Any] = {}
    try:
        target = target_of(piece.url, internal=settings.WEBHOOK_INTERNAL_NETWORKS)
        status, given, text = asyncio.run(
            exchange(
                "POST",
                target.url,
                body=piece.body,
                headers=headers | {"Host": target.netloc},
                seconds=Seconds(
                    settings.WEBHOOK_CONNECT_SECONDS, settings.WEBHOOK_READ_SECONDS, settings.WEBHOOK_TOTAL_SECONDS
                ),
                most_bytes=MOST_KEPT_BYTES,
                extensions={"sni_hostname": target.host},
                cut=True,
            )
        )
    except Unresolved:
        facts = {"failure": WebhookFailure.UNRESOLVED}
    except Forbidden as error:
        facts = {"failure": WebhookFailure.FORBIDDEN, "detail": str(error)}
    except (TimeoutError, httpx.TimeoutException):
        facts = {"failure": WebhookFailure.TIMEOUT}
    except httpx.ConnectError as error:
        facts = {"failure": WebhookFailure.UNREACHABLE, "detail": cause_of(error)}
    except (httpx.TransportError, httpx.InvalidURL) as error:
        facts = {"failure": WebhookFailure.BROKEN_ANSWER, "detail": cause_of(error)}
    else:
        facts = _judged(status, given) | {
            "status": status,
            "answer_headers": {name[:100]: _kept(value)[:500] for name, value in [*given.items()][:MOST_KEPT_HEADERS]},
            "answer_body": _kept(text.decode("utf-8", "replace")),
        }
    return Answered(milliseconds=round((time.monotonic() - begun) * 1000), request_headers=headers, **facts)


def _kept(text: str) -> str:
    """Text that the database takes: no NUL, no lone surrogate."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()


def _judged(status: int, headers: httpx.Headers) -> dict[str, Any]:
    if 200 <= status < 300:
        return {}
    said = {"detail": f"HTTP {status}"}
    if status == 410:
        return said | {"failure": WebhookFailure.GONE, "final": True}
    if status == 429:
        return said | {"failure": WebhookFailure.BUSY, "pause": _pause(headers.get("Retry-After", ""))}
    if status >= 500:
        pause = _pause(headers["Retry-After"]) if "Retry-After" in headers else None
        return said | {"failure": WebhookFailure.SERVER_ERROR, "pause": pause}
    return said | {"failure": WebhookFailure.REDIRECTED if 300 <= status < 400 else WebhookFailure.REFUSED}


def _pause(text: str) -> timedelta:
    return min(timedelta(seconds=int(text)), LONGEST_PAUSE) if text.isdecimal() and len(text) < 8 else USUAL_PAUSE
