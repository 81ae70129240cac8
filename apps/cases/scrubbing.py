"""Personal data in words meant for the public: numbers of people, of doors and of cars, and names known from the case.

Pure functions. What is found is refused and never cut out silently: whoever writes for the public reads the words
again. A name nobody in the case bears cannot be known; that is why a publication is made of facts, and why what a desk
writes is its own word.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Found(StrEnum):
    """What kind of personal data stands in a text."""

    NUMBER = "number"
    DOOR = "door"
    PLATE = "plate"
    ADDRESS = "address"
    NAME = "name"


FOUND_WORDS: dict[Found, Promise] = {
    Found.NUMBER: _("电话、证件或账号号码"),
    Found.DOOR: _("门牌或房号"),
    Found.PLATE: _("车牌号"),
    Found.ADDRESS: _("电子邮箱、微信或 QQ 号"),
    Found.NAME: _("相关人员姓名"),
}

SPOKEN = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两", "0012345678911234567892")
BETWEEN_DIGITS = re.compile(r"(?<=[0-9Xx])[\s\-–—_.·、,，*()（）]+(?=[0-9Xx])")
DATES = re.compile(r"(?:19|20)\d\d\s*[-./年]\s*\d{1,2}(?:\s*[-./月]\s*\d{1,2}\s*日?)?|\d{1,2}:\d\d")
LONG_NUMBER = re.compile(r"\d{7,}")
DOOR = re.compile(
    r"\d+\s*(?:室|号楼|幢|栋|单元|门牌|号门|户|层\d)|[0-9A-Za-z]+\s*座\s*\d+|\d+\s*弄|\d+\s*号(?!线|口|令|文|台风|公告)|\d+\s*楼\s*\d+|#\s*\d{2,}"
)
PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·\s]?[0-9A-Za-z]{5,6}")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+|(?:微信|WeChat|VX|QQ)\s*号?\s*[:：]?\s*[\w-]{5,}", re.IGNORECASE)
SHORTEST_NAME = 2


def personal_data_in(text: str, *, names: Iterable[str] = ()) -> list[Found]:
    """The kinds of personal data that stand in ``text``, whatever the width of its digits and whatever stands between
    them, also where digits are written in Chinese; ``names`` are those of people the case knows."""
    plain = unicodedata.normalize("NFKC", text)
    dense = BETWEEN_DIGITS.sub("", DATES.sub(" ", plain))
    spoken = BETWEEN_DIGITS.sub("", DATES.sub(" ", plain.translate(SPOKEN)))
    found = []
    if LONG_NUMBER.search(dense) or LONG_NUMBER.search(spoken):
        found.append(Found.NUMBER)
    if DOOR.search(plain) or DOOR.search(spoken):
        found.append(Found.DOOR)
    if PLATE.search(plain):
        found.append(Found.PLATE)
    if ADDRESS.search(plain):
        found.append(Found.ADDRESS)
    letters = re.sub(r"\s", "", plain).lower()
    known = (re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).lower() for name in names)
    if any(len(name) >= SHORTEST_NAME and name in letters for name in known):
        found.append(Found.NAME)
    return found
