"""Answers of the REST API when something is wrong: ``application/problem+json`` (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler
from rest_framework.views import set_rollback

from apps.core.errors import DomainError, NotAllowed, NotVisible


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal of every call leaves through here."""
    if isinstance(error, Http404):
        error = NotVisible()
    elif isinstance(error, PermissionDenied):
        error = NotAllowed()
    if isinstance(error, DomainError):
        set_rollback()
        return problem(
            status=error.status, code=error.code, detail=str(error.message), errors=error.fields, extra=error.extra
        )
    response = default_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        answer = problem(
            status=400, code="invalid-input", detail=_("填写有误，请按提示修改。"), errors=_flat(error.detail)
        )
    else:
        code = getattr(error, "default_code", "error")
        answer = problem(status=response.status_code, code=str(code).replace("_", "-"), detail=str(_detail(error)))
    for name in ("WWW-Authenticate", "Retry-After"):
        if name in response:
            answer[name] = response[name]
    return answer


def is_call(request: HttpRequest) -> bool:
    """Whether a program is to be answered, not a person."""
    return request.path.startswith("/api/v1/")


def problem(
    *, status: int, code: str, detail: str, errors: dict[str, Any] | None = None, extra: dict[str, Any] | None = None
) -> Response:
    """One problem document; ``type`` is a relative reference that stays the same for the same code."""
    body: dict[str, Any] = {"type": f"/api/problems/{code}", "title": code, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    body |= extra or {}
    return Response(body, status=status, content_type="application/problem+json")


def _detail(error: Exception) -> Any:
    return getattr(error, "detail", error)


def _flat(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Nested validation errors as ``{"entries.0.text": [...]}``."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for name, inner in detail.items():
            flat |= _flat(inner, f"{prefix}.{name}" if prefix else str(name))
        return flat
    if isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        flat = {}
        for place, inner in enumerate(detail):
            if inner:
                flat |= _flat(inner, f"{prefix}.{place}" if prefix else str(place))
        return flat
    texts = detail if isinstance(detail, list) else [detail]
    return {prefix or "non_field_errors": [str(text) for text in texts]}


def _outside_calls(status: int, code: str, detail: str) -> HttpResponse:
    body = {"type": f"/api/problems/{code}", "title": code, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's answer to a request it cannot read: a problem for programs, the page for people."""
    if is_call(request):
        return _outside_calls(400, "bad-request", _("请求无法处理。"))
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's answer to an address nobody serves: a problem for programs, the page for people."""
    if is_call(request):
        return _outside_calls(404, NotVisible.code, str(NotVisible.message))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's answer to a fault of ours: a problem for programs, the page for people."""
    if is_call(request):
        return _outside_calls(500, "server-error", _("系统出错，已记录。请稍后再试。"))
    return defaults.server_error(request)
