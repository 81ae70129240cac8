"""The small district of the cases' tests, for calls of every room."""

from tests.cases.conftest import db, ground, world

__all__ = ["db", "ground", "world"]
