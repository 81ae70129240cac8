"""Residents and dwellings are found as cases are: by pairs of any neighbouring characters, blanks apart, and by single
characters.

The statements say what ``apps.residents.words.words_of`` says, so that old rows are found as new ones are.
"""

from django.db import migrations

WORDS = """
UPDATE {table} SET words = ARRAY(
    SELECT DISTINCT piece FROM
        regexp_replace(lower(normalize({text}, NFKC)), '[[:space:]]+', '', 'g') AS run,
        generate_series(1, length(run)) AS place,
        LATERAL (VALUES (substr(run, place, 1)), (substr(run, place, 2))) AS cut (piece)
    ORDER BY piece
)
"""


class Migration(migrations.Migration):
    """Cut the stored texts anew; the cuts of before were worth no keeping."""

    dependencies = [("residents", "0002_append_only")]
    operations = [
        migrations.RunSQL(WORDS.format(table="residents_person", text="name"), migrations.RunSQL.noop),
        migrations.RunSQL(
            WORDS.format(table="residents_dwelling", text="building || entrance || room"), migrations.RunSQL.noop
        ),
    ]
