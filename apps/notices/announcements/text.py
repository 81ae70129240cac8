"""Plain text as paragraphs, lists and links. What comes out is data: a template writes it, and so escapes all of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Only these schemes, and only characters an address may hold, so that Chinese text may follow without a space.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_TRAILING = ".,;:!?'"
_ITEM = re.compile(r"^\s*(?:[-*•·]\s+|(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[.)]\s+|[、．]\s*))")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, or a link where ``url`` is not empty."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of lines, or a list of items (``listed``); each line is a row of pieces."""

    listed: bool
    lines: tuple[tuple[Piece, ...], ...]


def blocks_of(text: str) -> list[Block]:
    """The paragraphs (apart by an empty line) and lists (lines that begin with a dash or a bullet) of a text.

    Numbered lines stay as they were typed, number and all, in a list without bullets of its own.
    """
    blocks: list[Block] = []
    lines: list[tuple[Piece, ...]] = []
    listed = False

    def close() -> None:
        if lines:
            blocks.append(Block(listed, tuple(lines)))
            lines.clear()

    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        item = _ITEM.match(line)
        if not line.strip() or (item is not None) != listed:
            close()
        listed = item is not None
        if line.strip():
            words = line.strip()
            lines.append(_pieces(re.sub(r"^[-*•·]\s+", "", words)))
    close()
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


def plain(blocks: Sequence[Block]) -> str:
    """The words of the first block in one line, for a list."""
    return " ".join("".join(piece.words for piece in line) for line in blocks[0].lines) if blocks else ""
