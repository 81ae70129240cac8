"""Photos, served only through what they hang on."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from apps.core.attachments import visible_attachment


@login_required
@require_safe
@cache_control(private=True, max_age=86400, immutable=True)
def photo(request: HttpRequest, attachment_id: uuid.UUID, *, small: bool = False) -> FileResponse:
    """A photo in full or as a thumbnail; 404 for those who do not see what it hangs on."""
    user: Any = request.user
    attachment = visible_attachment(user, attachment_id)
    file = attachment.thumbnail if small else attachment.file
    response = FileResponse(file.open("rb"), content_type=attachment.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="{attachment.pk}.jpg"'
    return response
