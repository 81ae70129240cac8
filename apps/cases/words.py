"""Finding cases by words: the pieces that are stored with a case, and the condition of a query on them.

Pairs of neighbouring characters of title, description and address stand in ``Case.words``, and the single characters
of title and address.
"""

from django.db.models import Q

from apps.core.text import pieces
from apps.core.words import Folded, holding


def words_of(title: str, description: str, address: str) -> list[str]:
    """What a case is found by."""
    return pieces(title, description, address, singles=(title, address))


def containing(words: str) -> Q:
    """Cases that hold every term of ``words`` in title, description or address; a single character in title or
    address. No case for no term."""
    return holding(words, longer=Folded("title", "description", "address"), single=Folded("title", "address"))
