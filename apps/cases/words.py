"""Finding cases by words: the pieces that are stored with a case, and the condition of a query on them.

Pairs of neighbouring characters of title, description and address stand in ``Case.words``, and the single characters
of title and address. An index on them finds the few cases that can hold a term; a LIKE on the folded text keeps those
that do.
"""

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Contains

from apps.core.text import pieces, terms


class Folded(Func):
    """Texts with a line break between them, width and case folded as ``core.text.normalise`` folds a query."""

    arg_joiner = " || "
    template = "lower(normalize(%(expressions)s, NFKC))"
    output_field = TextField()

    def __init__(self, *names: str) -> None:
        parts: list[F | Value] = []
        for name in names:
            parts += [F(name), Value("\n")]
        super().__init__(*parts[:-1])


def words_of(title: str, description: str, address: str) -> list[str]:
    """What a case is found by."""
    return pieces(title, description, address, singles=(title, address))


def containing(words: str) -> Q:
    """Cases that hold every term of ``words`` in title, description or address; a single character in title or
    address. No case for no term."""
    asked = terms(words)
    if not asked:
        return Q(pk__in=[])
    longer = [term for term in asked if len(term) > 1]
    stored = {piece for term in longer for piece in pieces(term)} | {term for term in asked if len(term) == 1}
    condition = Q(words__contains=sorted(stored))
    for term in longer:
        condition &= Q(Contains(Folded("title", "description", "address"), term))
    for term in asked:
        if len(term) == 1:
            condition &= Q(Contains(Folded("title", "address"), term))
    return condition
