"""Announcements: a text for everybody in a subtree, with read receipts.

A room within the room of notices, laid out as a room: it has the same floors, its tables, addresses and words belong
to ``notices``. It stands here and not higher because every room above may show what waits to be read, and because
units, roles and staffing, which an audience is made of, lie below.
"""
