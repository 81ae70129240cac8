"""Chinese text for searching and sorting (docs/architecture.md, decision 11 of the house)."""

import re
import unicodedata
from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def normalise(text: str) -> str:
    """Fold width and case so that ``１２３ＡＢＣ`` and ``123abc`` are one text."""
    return unicodedata.normalize("NFKC", text).lower()


def pieces(*texts: str, singles: Iterable[str] = ()) -> list[str]:
    """The sorted, distinct pairs of neighbouring characters of any script, blanks apart, so that any two or more
    characters that stand together in a text are found by their own pairs; of ``singles`` every character too."""
    found: set[str] = set()
    for text in texts:
        for run in normalise(text).split():
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    for text in singles:
        found.update(normalise(text))
    return sorted(piece for piece in found if not piece.isspace())


def terms(words: str) -> list[str]:
    """What a query asks for: its folded parts between blanks, each without punctuation at its ends as long as two
    characters remain; a single sign of punctuation asks for nothing."""
    found = []
    for part in normalise(words).split():
        bare = _EDGES.sub("", part)
        term = bare if len(bare) > 1 or len(part) == 1 else part
        if term and term not in found:
            found.append(term)
    return found


def pinyin_key(text: str) -> str:
    """A key by which names sort as in a Chinese dictionary."""
    return " ".join(lazy_pinyin(normalise(text), style=Style.TONE3))
