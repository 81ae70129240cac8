"""Text messages by a provider's HTTP interface, whose fields, codes and signature the operator names."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from apps.notices.channels.http import USUAL_REST, Answer, call, told
from apps.notices.channels.messages import Final, Message, Outcome, Retry, Sent
from apps.notices.choices import Failure


class Sms:
    """``{phone}``, ``{text}`` and ``{key}`` are put into the configured fields. With a secret, ``X-Signature`` is the
    HMAC-SHA-256, in hexadecimal, of ``X-Timestamp`` (seconds), a line feed and the body.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def send(self, message: Message, *, at: datetime) -> Outcome:
        """Hand over one text; the code field of the answer decides."""
        facts = self._facts
        places = {"{phone}": message.address, "{text}": message.text, "{key}": message.key}
        fields = {name: _filled(value, places) for name, value in facts["fields"].items()}
        if facts["format"] == "form":
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded; charset=utf-8"
        else:
            body, kind = json.dumps(fields, ensure_ascii=False).encode(), "application/json; charset=utf-8"
        headers = {"Content-Type": kind}
        if facts["token"]:
            headers["Authorization"] = f"Bearer {facts['token']}"
        if facts["secret"]:
            timestamp = str(int(at.timestamp()))
            signed = hmac.new(facts["secret"].encode(), timestamp.encode() + b"\n" + body, hashlib.sha256)
            headers |= {"X-Timestamp": timestamp, "X-Signature": signed.hexdigest()}
        answer = call(facts["url"], key=message.key, content=body, headers=headers)
        return self._judge(answer.fields) if isinstance(answer, Answer) else answer

    def _judge(self, answer: dict[str, Any]) -> Outcome:
        facts = self._facts
        if facts["code_field"] not in answer:
            return Retry(Failure.BROKEN_ANSWER, told("", f"{facts['code_field']}?"))
        code = str(answer[facts["code_field"]])
        detail = told(code, answer.get(facts["message_field"]))
        if code in facts["ok_codes"]:
            return Sent(str(answer.get(facts["id_field"], "") or "")[:100])
        if code in facts["busy_codes"]:
            return Retry(Failure.BUSY, detail, pause=USUAL_REST)
        if code in facts["bad_number_codes"]:
            return Final(Failure.BAD_ADDRESS, detail)
        return Final(Failure.REJECTED, detail)


def _filled(value: str, places: Mapping[str, str]) -> str:
    """Each place filled once; what is put in is never searched for places again."""
    for place, content in places.items():
        if place in value:
            before, _, rest = value.partition(place)
            remaining = {name: text for name, text in places.items() if name != place}
            return _filled(before, remaining) + content + _filled(rest, places)
    return value
