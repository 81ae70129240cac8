"""Writes that may be sent again: the first answer is kept and given to every repeat (``spec/interfaces.md``)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from apps.core import clock
from apps.core.audit import canonical
from apps.core.errors import IdempotencyMismatch, InvalidInput
from apps.core.locks import advisory_lock
from apps.core.models import IdempotencyKey

LONGEST_KEY = 200


def fingerprint(request: Request) -> bytes:
    """What makes two requests the same: method, path and body. Files count by name and content."""
    parts: dict[str, Any] = {"method": request.method, "path": request.path}
    if not isinstance(request.data, Mapping):
        return hashlib.sha256(canonical(parts | {"body": request.data})).digest()
    body: dict[str, Any] = {}
    for name, value in dict(request.data).items():
        if hasattr(value, "read") or (isinstance(value, list) and any(hasattr(v, "read") for v in value)):
            files = value if isinstance(value, list) else [value]
            body[name] = [_file_digest(file) for file in files]
        else:
            body[name] = value
    return hashlib.sha256(canonical(parts | {"body": body})).digest()


def _file_digest(file: Any) -> str:
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    return digest


def answer_once(request: Request, handler: Callable[[], Response]) -> Response:
    """Run ``handler`` once per ``Idempotency-Key`` of this user and store its answer in the same transaction.

    A simultaneous repeat waits for the first. Only answers of 2xx are kept. Raises ``IdempotencyMismatch`` when the
    key came with another request before, ``InvalidInput`` when the key is too long.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return handler()
    if len(key) > LONGEST_KEY:
        raise InvalidInput(fields={"Idempotency-Key": [_("幂等键最长 200 个字符。")]})
    with transaction.atomic():
        return _kept_or_new(request, key, handler)


def _kept_or_new(request: Request, key: str, handler: Callable[[], Response]) -> Response:
    advisory_lock(f"idempotency:{request.user.pk}:{key}")
    mark = fingerprint(request)
    kept = IdempotencyKey.objects.filter(user=request.user, key=key).first()
    if kept is not None:
        if bytes(kept.fingerprint) != mark:
            raise IdempotencyMismatch
        return Response(kept.body, status=kept.status, headers={"Idempotent-Replay": "true"})
    response = handler()
    if 200 <= response.status_code < 300:
        IdempotencyKey.objects.create(
            user=request.user,
            key=key,
            fingerprint=mark,
            status=response.status_code,
            body=json.loads(json.dumps(response.data, cls=JSONEncoder)),
            created_at=clock.now(),
        )
    return response
