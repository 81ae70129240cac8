"""Chinese text for searching and sorting (docs/architecture.md, decision 11 of the house)."""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin

_WORDS = re.compile(r"[0-9a-z]+|[\u3400-\u9fff\U00020000-\U0003ffff]+")


def normalise(text: str) -> str:
    """Fold width and case so that ``１２３ＡＢＣ`` and ``123abc`` are one text."""
    return unicodedata.normalize("NFKC", text).lower()


def bigrams(*texts: str) -> list[str]:
    """The sorted, distinct two-character pieces of every run of Chinese or of Latin letters and digits.

    A run of one character gives itself. A search for two or more characters asks for all of its pieces.
    """
    pieces: set[str] = set()
    for text in texts:
        for run in _WORDS.findall(normalise(text)):
            if len(run) == 1:
                pieces.add(run)
            else:
                pieces.update(run[i : i + 2] for i in range(len(run) - 1))
    return sorted(pieces)


def pinyin_key(text: str) -> str:
    """A key by which names sort as in a Chinese dictionary."""
    return " ".join(lazy_pinyin(normalise(text), style=Style.TONE3))
