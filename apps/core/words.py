"""Finding rows by words (docs/architecture.md, decision 11 of the house): a room stores the pieces of its texts in an
array column with a GIN index. The index finds the few rows that can hold a term; a LIKE on the folded text keeps those
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
    between = "\n"

    def __init__(self, *names: str) -> None:
        parts: list[F | Value] = []
        for name in names:
            parts += [F(name), Value(self.between)]
        super().__init__(*parts[:-1])


class Unspaced(Folded):
    """Texts as one, folded and without any blank: for what people write with blanks or without, as they please."""

    template = f"regexp_replace({Folded.template}, '[[:space:]]+', '', 'g')"
    between = ""


def holding(words: str, *, longer: Folded, single: Folded) -> Q:
    """Rows that hold every term of ``words``, in ``longer``, a term of one character in ``single``. Their column
    ``words`` must hold the pieces of the one and the single characters of the other. No row for no term."""
    asked = terms(words)
    if not asked:
        return Q(pk__in=[])
    stored = {piece for term in asked for piece in (pieces(term) or [term])}
    condition = Q(words__contains=sorted(stored))
    for term in asked:
        condition &= Q(Contains(longer if len(term) > 1 else single, term))
    return condition
