"""The real messages of residents that lie beside the repository where there are any; else their tests are left out."""

import csv
import gzip
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from apps.core.clock import SHANGHAI

ROOT = Path(__file__).resolve().parents[2]
PLACES = [folder / "shared/data/messages/messages.csv.gz" for folder in ROOT.parents[:2]]
MESSAGES = next((place for place in PLACES if place.exists()), PLACES[0])

where_they_are = pytest.mark.skipif(
    not MESSAGES.exists(), reason="the messages lie beside the repository where there are any"
)


@dataclass(frozen=True)
class Message:
    """One message of the data, and when it was answered."""

    number: str
    title: str
    text: str
    reported: datetime
    replied: datetime

    def chosen(self, among: int) -> int:
        """A number below ``among`` that the first words of the title decide: alike for messages that begin alike."""
        return hashlib.sha256(self.title[:6].encode()).digest()[0] % among

    def digest(self, what: str = "") -> bytes:
        """Bytes that are this message's own, always the same; others for another ``what``."""
        return hashlib.sha256(f"{self.number}{what}".encode()).digest()


def _moment(text: str) -> datetime:
    """``2019-04-25 09:32:09``, or a day alone, which means its first moment; in Shanghai."""
    year, month, day, *clock = (int(part) for part in re.findall(r"\d+", text))
    return datetime(year, month, day, *clock, tzinfo=SHANGHAI)


def read_messages() -> list[Message]:
    """All of them, in the order of the data."""
    with gzip.open(MESSAGES, "rt", encoding="utf-8") as file:
        return [
            Message(
                row["source_number"],
                row["title"].strip()[:80],
                row["text"].strip()[:2000],
                _moment(row["reported_at"]),
                _moment(row["replied_at"]),
            )
            for row in csv.DictReader(file)
        ]
