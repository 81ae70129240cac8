"""Telephone numbers as people write them: one spelling, one shape."""

import re

from apps.core.text import normalise

PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")


def tidy(text: str) -> str:
    """The text without blanks, in plain capitals: ``３１０1 06…x`` becomes ``310106…X``."""
    return re.sub(r"\s+", "", normalise(text)).upper()


def is_phone(text: str) -> bool:
    """Whether a text is a whole telephone number, of a mobile or of a line with its area code."""
    return bool(PHONE.fullmatch(tidy(text)))


def phone_key(text: str) -> str:
    """One spelling of a number for its keyed hash: ``021-6253 1234`` and ``02162531234`` are the same."""
    return tidy(text).replace("-", "")
