"""One HTTP request to a gateway: bounded in time and size, never redirected, TLS always verified."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from django.conf import settings

from apps.core.outgoing import Seconds, TooLong, cause_of, exchange
from apps.notices.channels.messages import Final, Outcome, Retry
from apps.notices.choices import Failure

MOST_BYTES = 64 * 1024
USUAL_REST = timedelta(seconds=60)
LONGEST_REST = timedelta(hours=1)
LATER = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said: the JSON object of a 2xx answer."""

    fields: dict[str, Any]


def call(
    url: str,
    *,
    key: str,
    json_body: Mapping[str, Any] | None = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    method: str = "POST",
) -> Answer | Outcome:
    """The gateway's JSON answer, or why there is none worth reading. Details never name the URL: it may hold a key."""
    body = json.dumps(json_body, ensure_ascii=False).encode() if json_body is not None else content
    sent = {"Idempotency-Key": key, "User-Agent": "gridgov", "Accept-Encoding": "identity", **(headers or {})}
    if json_body is not None:
        sent["Content-Type"] = "application/json; charset=utf-8"
    try:
        target = httpx.URL(url).copy_merge_params(dict(parameters or {}))
        status, given, text = asyncio.run(_exchange(method, target, body, sent))
    except (TimeoutError, httpx.TimeoutException):
        return Retry(Failure.TIMEOUT)
    except httpx.ConnectError as error:
        return Retry(Failure.UNREACHABLE, cause_of(error))
    except (httpx.TransportError, TooLong) as error:
        return Retry(Failure.BROKEN_ANSWER, cause_of(error))
    except httpx.InvalidURL:
        return Final(Failure.REJECTED, "InvalidURL")
    return _judge(status, given, text)


async def _exchange(
    method: str, url: httpx.URL, body: bytes | None, headers: Mapping[str, str]
) -> tuple[int, httpx.Headers, bytes]:
    seconds = Seconds(settings.NOTICE_CONNECT_SECONDS, settings.NOTICE_READ_SECONDS, settings.NOTICE_TOTAL_SECONDS)
    proxy = settings.NOTICE_PROXY or None
    return await exchange(method, url, body=body, headers=headers, seconds=seconds, most_bytes=MOST_BYTES, proxy=proxy)


def _judge(status: int, headers: httpx.Headers, text: bytes) -> Answer | Outcome:
    if status == 429:
        return Retry(Failure.BUSY, "HTTP 429", pause=_rest(headers.get("Retry-After", "")))
    if status in LATER or status >= 500:
        pause = _rest(headers["Retry-After"]) if "Retry-After" in headers else None
        return Retry(Failure.SERVER_ERROR, f"HTTP {status}", pause=pause)
    if not 200 <= status < 300:
        return Final(Failure.REJECTED, f"HTTP {status}")
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return Retry(Failure.BROKEN_ANSWER, f"HTTP {status}, {headers.get('Content-Type', '')[:60]}")
    return Answer(fields)


def _rest(text: str) -> timedelta:
    return min(timedelta(seconds=int(text)), LONGEST_REST) if text.isdecimal() and len(text) < 8 else USUAL_REST


def told(code: Any, words: Any) -> str:
    """A gateway's code and words as a detail of one line."""
    return " ".join(f"{code} {words or ''}".split())[:200]
