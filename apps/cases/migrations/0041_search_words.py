"""The words of cases are pairs of any neighbouring characters, and the single ones of title and address.

The statement says what ``apps.cases.words.words_of`` says, so that old cases are found as new ones are.
"""

from django.db import migrations

WORDS = """
UPDATE cases_case SET words = ARRAY(
    SELECT DISTINCT piece FROM (
        SELECT substr(run, place, 2) AS piece
        FROM unnest(ARRAY[title, description, address]) AS text,
             regexp_split_to_table(lower(normalize(text, NFKC)), '[[:space:]]+') AS run,
             generate_series(1, length(run) - 1) AS place
        UNION
        SELECT character FROM unnest(ARRAY[title, address]) AS text,
             regexp_split_to_table(lower(normalize(text, NFKC)), '') AS character
    ) AS pieces WHERE piece !~ '^[[:space:]]*$' ORDER BY piece
)
"""


class Migration(migrations.Migration):
    """Cut the stored texts anew; the cuts of before were worth no keeping."""

    dependencies = [("cases", "0040_reporters")]
    operations = [migrations.RunSQL(WORDS, migrations.RunSQL.noop)]
