"""Tabler's outline icons as inline SVG, read from the npm package at first use and kept in memory."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FALLBACK = '<path d="M5 5h14v14h-14z"/>'


def outline_path(name: str) -> Path:
    """Where the SVG file of the icon ``name`` lies."""
    return Path(settings.NODE_MODULES) / "@tabler/icons/icons/outline" / f"{name}.svg"


@cache
def outline(name: str) -> str:
    """The drawing inside the icon's ``<svg>``; an empty square for a name that Tabler does not have."""
    if not NAME.fullmatch(name):
        return FALLBACK
    try:
        text = outline_path(name).read_text(encoding="utf-8")
    except OSError:
        return FALLBACK
    drawing = text.split(">", 1)[1].rsplit("</svg>", 1)[0]
    drawing = re.sub(r'<path stroke="none"[^>]*/>', "", drawing)
    return re.sub(r"\s*\n\s*", "", drawing).strip()


def icon_svg(name: str, label: str = "", css: str = "") -> SafeString:
    """The icon as inline SVG: silent for screen readers, or an image named ``label``."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" {} focusable="false">{}</svg>',
        f" {css}" if css else "",
        spoken,
        mark_safe(outline(name or "point")),  # noqa: S308 - read from the npm package, never from input
    )
