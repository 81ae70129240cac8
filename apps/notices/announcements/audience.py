"""Whom an announcement reaches: one statement over role grants, staffings and agencies, for a preview, for the receipts
of a publication and for those who join later.

Reached is who on that day holds one of the announcement's roles or posts (none given: any) in an open unit of the
subtree and has an active account; where agencies are included, the handlers of the agencies of these units too. The
author is not. Who holds several roles or posts gets one receipt, at the lowest of these units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from apps.grid.models import Unit

# One row for every announcement asked for: the tree interval of its unit and whom it is meant for.
_OF_ROWS = """
    SELECT a.id, a.roles::text[] AS roles, a.posts::text[] AS posts, a.agencies, a.author_id, a.published_at,
           u.tree_id, u.lft, u.rght
    FROM notices_announcement a
    JOIN grid_unit u ON u.id = COALESCE(a.grid_id, a.community_id, a.street_id, a.district_id)
    WHERE a.id = ANY(%(announcements)s)
"""
_OF_WISH = """
    SELECT NULL::bigint AS id, %(roles)s::text[] AS roles, %(posts)s::text[] AS posts, %(agencies)s AS agencies,
           %(author)s::bigint AS author_id, NULL::timestamptz AS published_at,
           %(tree)s::int AS tree_id, %(lft)s::int AS lft, %(rght)s::int AS rght
"""
_REACHED = """
    WITH audience AS ({audience}),
    inside AS (
        SELECT a.*, u.id AS unit_id, u.level, u.lft AS unit_lft, a.roles = '{{}}' AND a.posts = '{{}}' AS anybody
        FROM audience a
        JOIN grid_unit u ON u.tree_id = a.tree_id AND u.lft >= a.lft AND u.rght <= a.rght
        WHERE u.closed_on IS NULL OR u.closed_on > %(on)s
    ),
    held AS (
        SELECT i.id, g.user_id, i.unit_id, NULL::bigint AS agency_id, i.level, i.unit_lft, i.author_id, i.published_at
        FROM inside i JOIN organisation_rolegrant g ON g.unit_id = i.unit_id
        WHERE (i.anybody OR g.role = ANY(i.roles))
          AND g.valid_from <= %(on)s AND (g.valid_to IS NULL OR g.valid_to >= %(on)s)
        UNION ALL
        SELECT i.id, s.user_id, i.unit_id, NULL, i.level, i.unit_lft, i.author_id, i.published_at
        FROM inside i
        JOIN organisation_staffing s ON s.unit_id = i.unit_id
        JOIN organisation_postkind k ON k.id = s.post_id
        WHERE (i.anybody OR k.code = ANY(i.posts))
          AND s.valid_from <= %(on)s AND (s.valid_to IS NULL OR s.valid_to >= %(on)s)
        UNION ALL
        SELECT i.id, g.user_id, i.unit_id, y.id, i.level, i.unit_lft, i.author_id, i.published_at
        FROM inside i
        JOIN organisation_agency y ON y.unit_id = i.unit_id AND y.is_active
        JOIN organisation_rolegrant g ON g.agency_id = y.id
        WHERE i.agencies AND g.valid_from <= %(on)s AND (g.valid_to IS NULL OR g.valid_to >= %(on)s)
    ),
    reached AS (
        SELECT DISTINCT ON (h.id, h.user_id) h.*
        FROM held h JOIN accounts_user p ON p.id = h.user_id AND p.is_active
        WHERE h.user_id <> h.author_id
        ORDER BY h.id, h.user_id, h.level DESC, h.unit_lft, h.agency_id NULLS FIRST
    )
"""
_ENROL = """
    INSERT INTO notices_receipt
        (announcement_id, user_id, agency_id, published_at, reached_at, joined,
         district_id, street_id, community_id, grid_id)
    SELECT r.id, r.user_id, r.agency_id, r.published_at, %(at)s, %(joined)s,
           CASE u.kind WHEN 'district' THEN u.id WHEN 'street' THEN p.id WHEN 'community' THEN pp.id
                       ELSE pp.parent_id END,
           CASE u.kind WHEN 'street' THEN u.id WHEN 'community' THEN p.id WHEN 'grid' THEN pp.id END,
           CASE u.kind WHEN 'community' THEN u.id WHEN 'grid' THEN p.id END,
           CASE u.kind WHEN 'grid' THEN u.id END
    FROM reached r
    JOIN grid_unit u ON u.id = r.unit_id
    LEFT JOIN grid_unit p ON p.id = u.parent_id
    LEFT JOIN grid_unit pp ON pp.id = p.parent_id
    ORDER BY r.id, r.unit_lft, r.user_id
    ON CONFLICT (announcement_id, user_id) DO NOTHING
    RETURNING announcement_id, user_id
"""
_COUNT = """
    SELECT u.kind, COUNT(*), COUNT(r.agency_id) FROM reached r JOIN grid_unit u ON u.id = r.unit_id GROUP BY u.kind
"""


@dataclass(frozen=True, slots=True)
class Preview:
    """How many people would be reached: in all, by the kind of unit they work at, and how many of them for agencies."""

    total: int
    by_kind: dict[str, int]
    handlers: int


def preview_audience(
    *, unit: Unit, roles: Sequence[str], posts: Sequence[str], agencies: bool, author_id: int, on: date
) -> Preview:
    """Count the audience that an announcement to ``unit`` by ``author_id`` would have on a day; one statement."""
    given = {"tree": unit.tree_id, "lft": unit.lft, "rght": unit.rght, "agencies": agencies, "author": author_id}
    wish = given | {"roles": list(roles), "posts": list(posts), "on": on}
    with connection.cursor() as cursor:
        cursor.execute(_REACHED.format(audience=_OF_WISH) + _COUNT, wish)
        rows = cursor.fetchall()
    return Preview(
        total=sum(count for _kind, count, _handlers in rows),
        by_kind={kind: count for kind, count, _handlers in rows},
        handlers=sum(handlers for _kind, _count, handlers in rows),
    )


def enrol(announcements: Sequence[int], *, on: date, at: datetime, joined: bool) -> dict[int, list[int]]:
    """Write a receipt for everybody whom published announcements (ids) reach on a day and who has none; one statement.

    Returns the new recipients (user ids) of each announcement. Two at once write no receipt twice.
    """
    given: dict[str, Any] = {"announcements": list(announcements), "on": on, "at": at, "joined": joined}
    reached: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_REACHED.format(audience=_OF_ROWS) + _ENROL, given)
        for announcement_id, user_id in cursor.fetchall():
            reached.setdefault(announcement_id, []).append(user_id)
    return reached
