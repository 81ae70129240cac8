"""Chinese coordinate systems to WGS 84 / CGCS2000. Pure.

GCJ-02 (Gaode, Tencent) shifts positions in mainland China by some hundred metres; BD-09 (Baidu) shifts those once
more. The shift has no exact inverse, so it is approached by iteration to less than a millimetre. Outside China
nothing is shifted.
"""

from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

AXIS = 6378245.0  # Krasovsky 1940, as the shift was defined on it
ECCENTRICITY = 0.00669342162296594323
BAIDU = np.pi * 3000.0 / 180.0
ROUNDS = 12
Points = NDArray[np.float64]


class Crs(StrEnum):
    """The systems in which positions are handed over."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(geometry: BaseGeometry, crs: Crs) -> BaseGeometry:
    """The same geometry in degrees of WGS 84, from degrees of ``crs``."""
    if crs == Crs.WGS84:
        return geometry
    turn = _from_gcj02 if crs == Crs.GCJ02 else _from_bd09
    return shapely.transform(geometry, turn)


def _shift(points: Points) -> Points:
    """By how many degrees GCJ-02 lies off WGS 84 at WGS 84 positions (n × 2, longitude first)."""
    lon, lat = points[:, 0], points[:, 1]
    x, y = lon - 105.0, lat - 35.0
    waves = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + waves
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + waves
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    latitude = lat / 180.0 * np.pi
    magic = 1 - ECCENTRICITY * np.sin(latitude) ** 2
    north = north * 180.0 / (AXIS * (1 - ECCENTRICITY) / (magic * np.sqrt(magic)) * np.pi)
    east = east * 180.0 / (AXIS / np.sqrt(magic) * np.cos(latitude) * np.pi)
    inside = (lon > 72.004) & (lon < 137.8347) & (lat > 0.8293) & (lat < 55.8271)
    return np.column_stack([east, north]) * inside[:, None]


def to_gcj02(points: Points) -> Points:
    """WGS 84 positions (n × 2, longitude first) as GCJ-02."""
    return points + _shift(points)


def to_bd09(points: Points) -> Points:
    """WGS 84 positions (n × 2, longitude first) as BD-09."""
    lon, lat = to_gcj02(points).T
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def _from_gcj02(points: Points) -> Points:
    return _invert(points, to_gcj02)


def _from_bd09(points: Points) -> Points:
    return _invert(points, to_bd09)


def _invert(points: Points, forward) -> Points:  # type: ignore[no-untyped-def]  # reason: one of the two above
    guess = points.copy()
    for _ in range(ROUNDS):
        guess += points - forward(guess)
    return guess
