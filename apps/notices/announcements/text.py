"""Plain text as paragraphs, lists and links. What comes out is data: a template writes it, and so escapes all of it."""

import re
from dataclasses import dataclass

# Only these schemes, and only characters an address may hold, so that Chinese text may follow without a space.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_TRAILING = ".,;:!?'"
_BULLET = re.compile(r"^\s*[-*•·]\s+")
_NUMBER = re.compile(r"^\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[.)]\s+|[、．]\s*)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, or a link where ``url`` is not empty."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of lines, or a list of items (``listed``), perhaps with numbers of their own; each line is a row of
    pieces.
    """

    listed: bool
    numbered: bool
    lines: tuple[tuple[Piece, ...], ...]


def blocks_of(text: str) -> list[Block]:
    """The paragraphs (apart by an empty line) and lists (lines that begin with a dash or a bullet) of a text.

    Numbered lines stay as they were typed, number and all, in a list without bullets of its own.
    """
    blocks: list[Block] = []
    lines: list[tuple[Piece, ...]] = []
    kind = ""
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        before, kind = kind, "bullet" if _BULLET.match(line) else "number" if _NUMBER.match(line) else ""
        if lines and (not line.strip() or kind != before):
            blocks.append(Block(bool(before), before == "number", tuple(lines)))
            lines = []
        if line.strip():
            lines.append(_pieces(_BULLET.sub("", line).strip()))
    return blocks


def _pieces(line: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    end = 0
    for match in _ADDRESS.finditer(line):
        url = _without_trailing(match.group())
        if match.start() > end:
            pieces.append(Piece(line[end : match.start()]))
        pieces.append(Piece(url, url))
        end = match.start() + len(url)
    if end < len(line):
        pieces.append(Piece(line[end:]))
    return tuple(pieces)


def _without_trailing(url: str) -> str:
    url = url.rstrip(_TRAILING)
    while url.endswith(")") and url.count("(") < url.count(")"):
        url = url[:-1].rstrip(_TRAILING)
    return url
