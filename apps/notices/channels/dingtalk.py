"""DingTalk: a group robot's webhook with its signature; the person is called in the group."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.notices.channels.http import Answer, call, told
from apps.notices.channels.messages import Final, Message, Outcome, Retry, Sent
from apps.notices.choices import Failure

BUSY_CODES = frozenset({130101, 410100, 90018})
AGAIN_CODES = frozenset({-1})
# A robot that was sent too much is silenced for ten minutes.
REST = timedelta(minutes=10)


def signature(secret: str, timestamp: str) -> str:
    """Base64 of the HMAC-SHA-256, under the secret, of the milliseconds, a line feed and the secret."""
    signed = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(signed.digest()).decode()


class DingTalk:
    """Judges ``errcode``: 0 is success whatever the status; too fast rests; 310000 (signature, keyword) is final."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def send(self, message: Message, *, at: datetime) -> Outcome:
        """Hand over one markdown text; the person's account is called at its end."""
        parameters = {}
        if self._facts["secret"]:
            timestamp = str(int(at.timestamp() * 1000))
            parameters = {"timestamp": timestamp, "sign": signature(self._facts["secret"], timestamp)}
        body = {
            "msgtype": "markdown",
            "markdown": {"title": message.subject, "text": f"{message.text}\n\n@{message.address}"},
            "at": {"atUserIds": [message.address], "isAtAll": False},
            "msgUuid": message.key,
        }
        answer = call(self._facts["webhook"], key=message.key, json_body=body, parameters=parameters)
        return _judge(answer.fields) if isinstance(answer, Answer) else answer


def _judge(answer: dict[str, Any]) -> Outcome:
    code = answer.get("errcode")
    if not isinstance(code, int):
        return Retry(Failure.BROKEN_ANSWER, "errcode?")
    detail = told(code, answer.get("errmsg"))
    if code == 0:
        return Sent(str(answer.get("messageId", "") or "")[:100])
    if code in BUSY_CODES:
        return Retry(Failure.BUSY, detail, pause=REST)
    if code in AGAIN_CODES:
        return Retry(Failure.SERVER_ERROR, detail)
    return Final(Failure.REJECTED, detail)
