"""Finding residents by name and dwellings by address, written with blanks or without."""

from django.db.models import Q

from apps.core.text import pieces
from apps.core.words import Unspaced, holding

ADDRESS = ("building", "entrance", "room")


def words_of(*texts: str) -> list[str]:
    """What a person is found by, given the name, and a dwelling, given building, entrance and room."""
    whole = "".join("".join(texts).split())
    return pieces(whole, singles=[whole])


def named(words: str) -> Q:
    """Persons whose name holds every term of ``words``; nobody for no term."""
    return holding(words, longer=Unspaced("name"), single=Unspaced("name"))


def addressed(words: str) -> Q:
    """Dwellings whose address holds every term of ``words``; none for no term."""
    return holding(words, longer=Unspaced(*ADDRESS), single=Unspaced(*ADDRESS))
