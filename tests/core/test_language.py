"""Chinese by default, English on request."""

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from apps.core.language import ChineseFirstMiddleware


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(translation.gettext("待办"))


@pytest.mark.parametrize(
    ("path", "cookie", "accepted", "code", "said"),
    [
        ("/", "", "en-US,en;q=0.9", "zh-hans", "待办"),
        ("/", "en", "zh-CN", "en", "To do"),
        ("/", "zh-hans", "en", "zh-hans", "待办"),
        ("/", "xx", "en", "zh-hans", "待办"),
        ("/api/v1/me/", "", "en", "en", "To do"),
        ("/api/v1/me/", "", "", "zh-hans", "待办"),
    ],
)
def test_the_language_of_an_answer(path: str, cookie: str, accepted: str, code: str, said: str) -> None:
    request = RequestFactory().get(path, headers={"accept-language": accepted} if accepted else {})
    request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: cookie} if cookie else {}
    before = translation.get_language()
    response = ChineseFirstMiddleware(answer)(request)
    assert response.content.decode() == said
    assert response["Content-Language"] == code
    assert translation.get_language() == before
