"""Count the photos that are there already in the units they belong to."""

from django.db import migrations

COUNT = """
INSERT INTO core_attachmentuse (unit_id, files, size)
SELECT coalesce(placed.street_id, placed.district_id), count(*), sum(photo.size)
  FROM core_attachment AS photo
  JOIN (SELECT 'case' AS kind, id, street_id, district_id FROM cases_case
         UNION ALL
        SELECT 'announcement', id, street_id, district_id FROM notices_announcement
         UNION ALL
        SELECT 'card_appeal', appeal.id, counted.street_id, counted.district_id
          FROM deadlines_cardappeal AS appeal
          JOIN deadlines_ladderstep AS step ON step.id = appeal.step_id
          JOIN deadlines_limit AS counted ON counted.id = step.limit_id) AS placed
    ON placed.kind = photo.target_kind AND placed.id = photo.target_id
 WHERE NOT photo.copied
 GROUP BY 1
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0100_spot_checks"),
        ("core", "0110_attachment_quotas"),
        ("deadlines", "0041_appeals"),
        ("notices", "0010_announcements"),
    ]

    operations = [migrations.RunSQL(COUNT, "DELETE FROM core_attachmentuse")]
