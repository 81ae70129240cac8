"""WeCom: a group robot's webhook, in whose group the person is called, or an application that writes to the person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from apps.notices.channels.http import USUAL_REST, Answer, call, told
from apps.notices.channels.messages import Final, Message, Outcome, Retry, Sent
from apps.notices.choices import Failure

MOST_BYTES = 4096  # of a markdown text, the robot's and the application's
BUSY_CODES = frozenset({45009, 45033})
AGAIN_CODES = frozenset({-1, 6000})
TOKEN_CODES = frozenset({40014, 42001})
BAD_ADDRESS_CODES = frozenset({40003, 60111, 81013})
MARGIN_SECONDS = 300
DUPLICATE_SECONDS = int(timedelta(hours=4).total_seconds())


class WeCom:
    """Judges ``errcode``: 0 is success whatever the status, busy codes rest, token codes fetch a new token."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def send(self, message: Message, *, at: datetime) -> Outcome:
        """Hand over one markdown text."""
        if "webhook" in self._facts:
            text = _cut(message.text, f"\n<@{message.address}>")
            body = {"msgtype": "markdown", "markdown": {"content": text}}
            answer = call(self._facts["webhook"], key=message.key, json_body=body)
            return _judge(answer)[0] if isinstance(answer, Answer) else answer
        return self._by_application(message)

    def _by_application(self, message: Message) -> Outcome:
        body = {
            "touser": message.address,
            "msgtype": "markdown",
            "agentid": self._facts["agent"],
            "markdown": {"content": _cut(message.text, "")},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_SECONDS,
        }
        outcome: Outcome = Retry(Failure.REJECTED)
        for fresh in (False, True):
            token = self._token(message.key, fresh=fresh)
            if not isinstance(token, str):
                return token
            answer = call(
                f"{self._facts['api']}/cgi-bin/message/send",
                key=message.key,
                json_body=body,
                parameters={"access_token": token},
            )
            if not isinstance(answer, Answer):
                return answer
            outcome, code = _judge(answer)
            if code not in TOKEN_CODES:
                break
        return outcome

    def _token(self, key: str, *, fresh: bool) -> str | Outcome:
        name = f"notices:wecom-token:{self._facts['corporation']}:{self._facts['agent']}"
        known = None if fresh else cache.get(name)
        if known:
            return str(known)
        answer = call(
            f"{self._facts['api']}/cgi-bin/gettoken",
            key=key,
            method="GET",
            parameters={"corpid": self._facts["corporation"], "corpsecret": self._facts["secret"]},
        )
        if not isinstance(answer, Answer):
            return answer
        outcome, _ = _judge(answer)
        token = answer.fields.get("access_token")
        if not isinstance(outcome, Sent):
            return outcome
        if not isinstance(token, str) or not token:
            return Retry(Failure.BROKEN_ANSWER, "access_token?")
        lives = answer.fields.get("expires_in")
        cache.set(name, token, max(60, lives - MARGIN_SECONDS) if isinstance(lives, int) else 60)
        return token


def _judge(answer: Answer) -> tuple[Outcome, int | None]:
    code = answer.fields.get("errcode")
    if not isinstance(code, int):
        return Retry(Failure.BROKEN_ANSWER, "errcode?"), None
    detail = told(code, answer.fields.get("errmsg"))
    if code == 0:
        if answer.fields.get("invaliduser"):
            return Final(Failure.BAD_ADDRESS, "invaliduser"), code
        return Sent(str(answer.fields.get("msgid", "") or "")[:100]), code
    if code in BUSY_CODES:
        return Retry(Failure.BUSY, detail, pause=USUAL_REST), code
    if code in AGAIN_CODES or code in TOKEN_CODES:
        return Retry(Failure.SERVER_ERROR, detail), code
    if code in BAD_ADDRESS_CODES:
        return Final(Failure.BAD_ADDRESS, detail), code
    return Final(Failure.REJECTED, detail), code


def _cut(text: str, end: str) -> str:
    """The text with ``end``, within the bytes that are taken; what is too long loses whole lines from its end."""
    lines = text.split("\n")
    while len(lines) > 1 and len(("\n".join(lines) + end).encode()) > MOST_BYTES:
        lines.pop()
    return "\n".join(lines) + end
