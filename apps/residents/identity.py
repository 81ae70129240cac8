"""Identity numbers after GB 11643: six digits of region, eight of birth date, three of sequence, one check character.

Pure functions; the standard's own example 11010519491231002X is valid.
"""

import re
from dataclasses import dataclass
from datetime import date

from apps.core.phones import PHONE, tidy

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
SHAPE = re.compile(r"[1-9]\d{16}[\dX]")
PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
LIKE_PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,9}")
EARLIEST = date(1900, 1, 1)


class IdentityError(ValueError):
    """The number cannot be an identity number; ``reason`` is ``shape``, ``date`` or ``check``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Identity:
    """What an identity number tells about its holder."""

    number: str
    birth_date: date
    sex: str


def check_character(first_seventeen: str) -> str:
    """The eighteenth character that belongs to the first seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return CHECKS[total % 11]


def parse_identity(text: str, *, today: date) -> Identity:
    """What the number tells. Raises ``IdentityError`` for a wrong shape, an impossible birth date or a wrong check."""
    number = tidy(text)
    if not SHAPE.fullmatch(number):
        raise IdentityError("shape")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise IdentityError("date") from error
    if not EARLIEST <= born <= today:
        raise IdentityError("date")
    if check_character(number[:17]) != number[17]:
        raise IdentityError("check")
    return Identity(number, born, "male" if int(number[16]) % 2 else "female")


def age_on(day: date, born: date) -> int:
    """Full years lived on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def mask_passport(number: str) -> str:
    """``E*****89``: the first and the last two characters."""
    return f"{number[:1]}{'*' * (len(number) - 3)}{number[-2:]}"


def looks_like_number(text: str) -> bool:
    """Whether a searched text is a whole identity, passport or phone number rather than a name or an address."""
    number = tidy(text)
    return bool(PHONE.fullmatch(number) or SHAPE.fullmatch(number) or LIKE_PASSPORT.fullmatch(number))
