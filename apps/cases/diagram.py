"""The workflow's table as a diagram of states: which state leads to which, and where that is drawn.

Everything is read from ``workflow.TRANSITIONS``; what is drawn by hand here is only where each state stands. A point is
(along, across): the way of a case runs along, what leaves it or goes back runs across. A desk sees the way from left to
right, a phone from top to bottom; both are the same figure with its axes exchanged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.choices import FINISHED, CaseState
from apps.cases.workflow import TRANSITIONS, ends_of

Point = tuple[float, float]

WAY = (
    CaseState.REPORTED,
    CaseState.REGISTERED,
    CaseState.DISPATCHED,
    CaseState.HANDLED,
    CaseState.VERIFIED,
    CaseState.CLOSED,
)
CORNER = 7
LONGEST_LINE = 12
LONGEST_BETWEEN, LONGEST_BESIDE = 15, 24
LEADING = 15  # from line to line of words


@dataclass(frozen=True)
class Move:
    """From one state to another, by any of these actions."""

    source: CaseState
    target: CaseState
    actions: tuple[Action, ...]


def moves() -> list[Move]:
    """Every way from a state to another one that the table knows, in its order."""
    found: dict[tuple[CaseState, CaseState], list[Action]] = {}
    for row in TRANSITIONS:
        for source in (state for state in CaseState if state in row.sources):
            for target in (state for state in CaseState if state in ends_of(row, source) - {source}):
                actions = found.setdefault((source, target), [])
                if row.action not in actions:
                    actions.append(row.action)
    return [Move(source, target, tuple(actions)) for (source, target), actions in found.items()]


@dataclass(frozen=True)
class Shape:
    """The measures of one figure in units of its viewBox: half a box, from box to box, from lane to lane."""

    name: str
    upright: bool
    half_along: float
    half_across: float
    pitch: float
    lane: float
    near: float
    far: float


DESK = Shape("desk", False, 56, 20, 204, 30, 44, 118)
PHONE = Shape("phone", True, 20, 46, 96, 40, 58, 134)


@dataclass(frozen=True)
class Box:
    """A state as it is drawn; ``x`` and ``y`` are its upper left corner."""

    state: str
    lines: list["Line"]
    x: float
    y: float
    width: float
    height: float
    finished: bool


@dataclass(frozen=True)
class Line:
    """A line of text at a point; ``anchor`` is ``start``, ``middle`` or ``end``."""

    text: str
    x: float
    y: float
    anchor: str = "middle"


@dataclass(frozen=True)
class Arrow:
    """A line between two boxes with its words; ``both`` has a head at each end."""

    path: str
    lines: list[Line]
    both: bool = False


@dataclass(frozen=True)
class Drawing:
    """A figure ready for the template."""

    name: str
    width: float
    height: float
    boxes: list[Box]
    arrows: list[Arrow]
    start: Point


@dataclass
class _Track:
    """A move on its way: its corners in (along, across), its words and where they stand."""

    points: list[Point]
    words: list[str]
    at: Point
    side: int = 0
    """Which side of the line the words stand on, across: -1 before, 1 behind, 0 on it."""
    both: bool = False


@dataclass
class _Ports:
    """The places on one side of a box where lines leave or arrive, ordered so that few of them cross."""

    wanted: list[tuple[tuple[int, float], object]] = field(default_factory=list)

    def offset(self, key: object, shape: Shape) -> float:
        order = [one for _key, one in sorted(self.wanted, key=lambda pair: pair[0])]
        step = 2 * (shape.half_along - 6) / (len(order) + 1)
        return -shape.half_along + 6 + step * (order.index(key) + 1)


def draw(shape: Shape) -> Drawing:
    """The diagram in the language in use. Every state and every move of the table is on it."""
    return _Plan(shape).drawing()


class _Plan:
    """One drawing in the making."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.moves = {(move.source, move.target): move for move in moves()}
        self.ports: dict[tuple[CaseState, int], _Ports] = {}
        self.lanes = self._lanes()
        self._claim_ports()

    def centre(self, state: CaseState) -> Point:
        shape = self.shape
        beside = {
            CaseState.SUSPENDED: (1.5 * shape.pitch, -shape.far),
            CaseState.REFUSED: (-shape.pitch, -shape.near),
            CaseState.MERGED: (-shape.pitch, shape.near),
        }
        return beside[state] if state in beside else (WAY.index(state) * shape.pitch, 0.0)

    def _long(self) -> list[Move]:
        """Moves along the way that pass over at least one state."""
        return [
            move
            for move in self.moves.values()
            if move.source in WAY and move.target in WAY and abs(WAY.index(move.source) - WAY.index(move.target)) > 1
        ]

    def _lanes(self) -> dict[Move, float]:
        """How far out each long move runs: onward ones before the way, those back behind it, short ones inside."""
        lanes: dict[Move, float] = {}
        for side in (-1, 1):
            taken: list[list[tuple[int, int]]] = []
            for move in sorted(self._long(), key=_span):
                first, last = sorted((WAY.index(move.source), WAY.index(move.target)))
                if side != (-1 if WAY.index(move.target) == last else 1):
                    continue
                place = next(
                    (n for n, lane in enumerate(taken) if all(last <= one or first >= other for one, other in lane)),
                    len(taken),
                )
                if place == len(taken):
                    taken.append([])
                taken[place].append((first, last))
                lanes[move] = side * self._distance(side, place)
        return lanes

    def _distance(self, side: int, place: int) -> float:
        shape = self.shape
        if side > 0:
            return shape.near + shape.lane * (place + 1) - (0 if shape.upright else 8)
        if place == 0:
            return shape.half_across + shape.lane
        return shape.far + shape.half_across + shape.lane * 0.7 * place

    def _claim_ports(self) -> None:
        for move, across in self.lanes.items():
            side = -1 if across < 0 else 1
            first, last = sorted((move.source, move.target), key=WAY.index)
            self._claim(first, side, (1, -abs(across)), move)
            self._claim(last, side, (0, abs(across)), move)
        for move in self.moves.values():
            if move.target in {CaseState.REFUSED, CaseState.MERGED}:
                self._claim(move.source, -1 if move.target is CaseState.REFUSED else 1, (0, -1), move)
            if move.source in WAY and move.target is CaseState.SUSPENDED:
                before = self.centre(move.source)[0] < self.centre(move.target)[0]
                self._claim(move.source, -1, (1, -0.5) if before else (0, 0.5), move)

    def _claim(self, state: CaseState, side: int, order: tuple[int, float], move: Move) -> None:
        self.ports.setdefault((state, side), _Ports()).wanted.append((order, move))

    def _port(self, state: CaseState, side: int, move: Move) -> Point:
        along, across = self.centre(state)
        offset = self.ports[state, side].offset(move, self.shape)
        return along + offset, across + side * self.shape.half_across

    def tracks(self) -> list[_Track]:
        """Every move once; two that go to and fro between a state and suspension are one line."""
        found = []
        for move in self.moves.values():
            if move in self.lanes:
                found.append(self._lane(move))
            elif move.source is CaseState.SUSPENDED:
                continue
            elif move.target in WAY:
                found.append(self._step(move))
            else:
                found.append(self._aside(move))
        return found

    def _step(self, move: Move) -> _Track:
        """Straight on to the next state, or back to the one before."""
        source, target = self.centre(move.source)[0], self.centre(move.target)[0]
        onward = 1 if target > source else -1
        across = 0.0 if (move.target, move.source) not in self.moves else -7.0 * onward
        half = self.shape.half_along * onward
        return _Track(
            [(source + half, across), (target - half, across)],
            self._said(move),
            ((source + target) / 2, across),
            side=-onward,
        )

    def _lane(self, move: Move) -> _Track:
        across = self.lanes[move]
        side = -1 if across < 0 else 1
        begin, end = self._port(move.source, side, move), self._port(move.target, side, move)
        points = [begin, (begin[0], across), (end[0], across), end]
        # Beside boxes one below the other there is room for words between two of them only.
        share = (
            {(2, -1): 0.16, (2, 1): 0.3, (3, 1): 0.66, (4, 1): 0.3}.get((_span(move), side), 0.5)
            if self.shape.upright
            else 0.5
        )
        return _Track(points, self._said(move), (end[0] + (begin[0] - end[0]) * share, across))

    def _said(self, move: Move) -> list[str]:
        """The words of a move: in one line, or, where there is little room beside a line, one below the other."""
        if self.shape.upright:
            return [str(ACTION_LABELS[action]) for action in move.actions]
        return [_words(move.actions)]

    def _aside(self, move: Move) -> _Track:
        """Out of the way to a state beside it; from suspension back as well."""
        along, across = self.centre(move.target)
        side = -1 if across < 0 else 1
        begin = self._port(move.source, side, move)
        half = self.shape.half_along
        end = (along + (half if begin[0] > along else -half), across)
        corner = (begin[0], across)
        back = self.moves.get((move.target, move.source))
        words = [_words(move.actions), *([_words(back.actions)] if back else [])]
        if move.target is CaseState.SUSPENDED:
            at = (begin[0], (begin[1] * 0.3 + across * 0.7))
            return _Track([begin, corner, end], words, at, side=-2 if begin[0] < along else 2, both=back is not None)
        before = begin[0] - self.shape.pitch if begin[0] > 0.5 * self.shape.pitch else end[0]
        return _Track([begin, corner, end], words, ((corner[0] + max(before, end[0])) / 2, across))

    def drawing(self) -> Drawing:
        tracks = self.tracks()
        start = (-self.shape.half_along - 0.36 * self.shape.pitch, 0.0)
        tracks.append(
            _Track(
                [start, (-self.shape.half_along, 0.0)], [pgettext("action", "上报")], (start[0] / 2 - 28, 0.0), side=-1
            )
        )
        left, top, width, height = self._frame(tracks)
        boxes = [self._box(state, left, top) for state in CaseState]
        arrows = [self._arrow(track, left, top) for track in tracks]
        x, y = self._screen(start)
        return Drawing(self.shape.name, width, height, boxes, arrows, (round(x - left, 1), round(y - top, 1)))

    def _screen(self, point: Point) -> Point:
        return (point[1], point[0]) if self.shape.upright else point

    def _half(self) -> Point:
        return self._screen((self.shape.half_along, self.shape.half_across))

    def _frame(self, tracks: Iterable[_Track]) -> tuple[float, float, float, float]:
        half = self._half()
        corners = [
            (x + sign * half[0], y + sign * half[1])
            for x, y in (self._screen(self.centre(state)) for state in CaseState)
            for sign in (-1, 1)
        ]
        corners += [self._screen(point) for track in tracks for point in track.points]
        margin = 38 if self.shape.upright else 18
        left, top = min(x for x, _y in corners) - margin, min(y for _x, y in corners) - margin
        right, bottom = max(x for x, _y in corners) + margin, max(y for _x, y in corners) + margin
        return left, top, round(right - left, 1), round(bottom - top, 1)

    def _box(self, state: CaseState, left: float, top: float) -> Box:
        x, y = self._screen(self.centre(state))
        half = self._half()
        lines = _wrapped(str(state.label))
        texts = [
            Line(text, round(x - left, 1), round(y - top + 4.5 + 14 * (number - (len(lines) - 1) / 2), 1))
            for number, text in enumerate(lines)
        ]
        return Box(
            state.value,
            texts,
            round(x - left - half[0], 1),
            round(y - top - half[1], 1),
            2 * half[0],
            2 * half[1],
            state in FINISHED,
        )

    def _arrow(self, track: _Track, left: float, top: float) -> Arrow:
        points = [(x - left, y - top) for x, y in map(self._screen, track.points)]
        x, y = self._screen(track.at)
        return Arrow(_path(points), self._lines(track, x - left, y - top), track.both)

    def _lines(self, track: _Track, x: float, y: float) -> list[Line]:
        """The words beside a line, or on it; in a figure from top to bottom before means left of it."""
        side = track.side
        between = abs(side) == 1 and not self.shape.upright  # in the gap of two neighbours
        longest = LONGEST_BETWEEN if between else LONGEST_BESIDE
        words = [part for text in track.words for part in _wrapped(text, longest=longest)]
        anchor = "middle"
        upright = self.shape.upright
        if abs(side) == 2 and not upright:
            anchor, x = ("end", x - 7) if side < 0 else ("start", x + 7)
        elif abs(side) == 2:
            y += -8 - LEADING * (len(words) - 1) / 2 if side < 0 else 12 + LEADING * (len(words) - 1) / 2
            x += 6
        elif side and upright:
            anchor, x = ("end", x - 6) if side < 0 else ("start", x + 6)
        elif side:
            rise = LEADING * (len(words) - 1) / 2
            y += -9.5 - rise if side < 0 else 10.5 + rise
        return [
            Line(text, round(x, 1), round(y + 4 + LEADING * (number - (len(words) - 1) / 2), 1), anchor)
            for number, text in enumerate(words)
        ]


def _span(move: Move) -> int:
    return abs(WAY.index(move.source) - WAY.index(move.target))


def _words(actions: Sequence[Action]) -> str:
    return str(_("、")).join(str(ACTION_LABELS[action]) for action in actions)


def _wrapped(text: str, *, longest: int = LONGEST_LINE) -> list[str]:
    """Two lines where the words are too long for one."""
    words = text.split(" ")
    if len(text) <= longest or len(words) == 1:
        return [text]
    middle = min(range(1, len(words)), key=lambda cut: abs(len(" ".join(words[:cut])) - len(" ".join(words[cut:]))))
    return [" ".join(words[:middle]), " ".join(words[middle:])]


def _path(points: Sequence[Point]) -> str:
    """An SVG path through the points with rounded corners."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (before, corner), (_corner, after) in pairwise(pairwise(points)):
        near, far = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{near[0]:.1f} {near[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {far[0]:.1f} {far[1]:.1f}")
    parts.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(parts)


def _towards(point: Point, other: Point) -> Point:
    """A little way from a point to another, at most half of it."""
    length = max(abs(other[0] - point[0]), abs(other[1] - point[1])) or 1.0
    share = min(CORNER, length / 2) / length
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share
