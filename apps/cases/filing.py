"""The file of a finished case (案卷): which pieces belong to it, which of them may be absent and why. Pure: no queries.

Close and archive is the sixth of the seven steps (``spec/2-cases.md``, The closed loop).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.cases.actions import Action
from apps.cases.choices import AT_ONCE, Callback, CaseState, Evidence, Publicity

REJECT_WITHIN = 15
"""Working days after closing in which whoever reported a case may still reject the result. Until they are over its file
is not put away; a word that it is solved ends them sooner, but not for what was settled on the spot or at once, whose
reporter is who settled it."""

# Acts by which the result was told to a resident who wanted to hear of it, after the case was closed. Nothing is put
# away while one waits to be called, so a call there was is one that reached him, or the last of those in vain.
TELLING = frozenset({Action.RATE.value, Action.FOLLOW_UP.value})


class Filing(models.TextChoices):
    """Where the file of a finished case stands."""

    YOUNG = "young", pgettext_lazy("file", "异议期内")
    RIPE = "ripe", pgettext_lazy("file", "待归档")
    ARCHIVED = "archived", pgettext_lazy("file", "已归档")
    OUT = "out", pgettext_lazy("file", "已调卷")


class Piece(models.TextChoices):
    """The pieces of a file, in the order of its register."""

    REPORT = "report", _("上报登记")
    REGISTRATION = "register", _("受理登记")
    REFUSAL = "refuse", _("不予受理决定")
    MERGING = "merge", _("并案记录")
    DISPATCH = "dispatch", _("派遣单")
    ENFORCEMENT = "enforce", _("执法决定")
    MEDIATION = "mediate", _("调解记录")
    RESULT = "result", _("处置反馈")
    BEFORE = "before", _("处置前照片")
    AFTER = "after", _("处置后照片")
    VERIFICATION = "verify", _("核查记录")
    REPLY = "reply", _("督办答复")
    CLOSING = "close", _("结案记录")
    TOLD = "told", _("结果告知")
    PUBLICATION = "publish", _("结果公示")


PRESENT, MISSING = "present", "missing"


class Excuse(models.TextChoices):
    """Why a piece may be absent."""

    ON_SPOT = "on_spot", _("当场处置，无此环节")
    AT_ONCE = "at_once", _("当场办结，无此环节")
    OWN_MEANS = "own", _("中心自行处置，未派遣")
    NOT_ASKED = "not_asked", _("该类别不要求")
    GIVEN_BACK = "given_back", _("执法单位退回")
    WITH_CASE = "with_case", _("督办随案办结")
    NO_CALLBACK = "no_callback", _("反映人不需回复")
    WITHHELD = "withheld", _("不予公示")
    BEFORE_RULE = "before_rule", _("公示制度施行前结案")


@dataclass(frozen=True)
class Mark:
    """What is known of one piece: when it was made, by whom, how many sheets or photos there are."""

    at: datetime
    by: str = ""
    count: int = 1


@dataclass(frozen=True)
class Known:
    """What the pieces of one case are told from: its state and columns, the last event of each action, its photos by
    purpose, and how residents who reported it want to hear of the result."""

    state: str
    closed_at: datetime
    settled_kind: str
    evidence: str
    publicity: str
    mediations: int
    enforcements: int
    staff: bool
    """Whether somebody who signs in reported it: whoever does reads the result in the product."""
    events: Mapping[str, Mark] = field(default_factory=dict)
    photos: Mapping[str, Mark] = field(default_factory=dict)
    callbacks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """One line of a file's register; ``how`` is ``present``, ``missing`` or why it may be absent."""

    piece: Piece
    how: str
    mark: Mark | None = None

    @property
    def present(self) -> bool:
        """Whether the piece is there."""
        return self.how == PRESENT

    @property
    def missing(self) -> bool:
        """Whether the piece ought to be there and is not."""
        return self.how == MISSING

    @property
    def why(self) -> "str | Promise":
        """Why it may be absent; empty for what is there or missing."""
        return "" if self.present or self.missing else Excuse(self.how).label


SETTLED_KINDS = {"spot": Excuse.ON_SPOT, AT_ONCE: Excuse.AT_ONCE}
NEEDED = {
    Piece.BEFORE: {Evidence.PHOTO_BEFORE, Evidence.BOTH},
    Piece.AFTER: {Evidence.PHOTO_AFTER, Evidence.BOTH},
}


def lines_of(known: Known) -> list[Line]:
    """The register of a finished case's file: every piece that belongs to it."""
    if known.state == CaseState.REFUSED:
        return [_event(known, Piece.REPORT), _event(known, Piece.REFUSAL), _told(known)]
    if known.state == CaseState.MERGED:
        return [_event(known, Piece.REPORT), _event(known, Piece.MERGING), _told(known)]
    lines = [_event(known, Piece.REPORT), _skipped(known, Piece.REGISTRATION), _dispatch(known)]
    lines += _beside(known)
    lines += [_result(known), *(_photos(known, piece) for piece in NEEDED)]
    lines.append(_skipped(known, Piece.VERIFICATION))
    lines += _replied(known)
    return [*lines, _closing(known), _told(known), _published(known)]


def missing_of(lines: list[Line]) -> list[str]:
    """The codes of the pieces that ought to be there and are not."""
    return [line.piece.value for line in lines if line.missing]


def _line(piece: Piece, mark: Mark | None, excuse: Excuse | None = None) -> Line:
    if mark is not None:
        return Line(piece, PRESENT, mark)
    return Line(piece, excuse.value if excuse is not None else MISSING)


def _last(known: Known, *actions: str) -> Mark | None:
    marks = [mark for action in actions if (mark := known.events.get(action)) is not None]
    return max(marks, key=lambda mark: mark.at, default=None)


def _event(known: Known, piece: Piece) -> Line:
    return _line(piece, _last(known, piece.value))


def _skipped(known: Known, piece: Piece) -> Line:
    """A step that a matter settled at once has no need of."""
    return _line(piece, _last(known, piece.value), SETTLED_KINDS.get(known.settled_kind))


def _dispatch(known: Known) -> Line:
    own = Excuse.OWN_MEANS if _last(known, Action.SETTLE) is not None else None
    excuse = SETTLED_KINDS.get(known.settled_kind, own)
    return _line(Piece.DISPATCH, _last(known, Action.DISPATCH, Action.HAND_OVER), excuse)


def _beside(known: Known) -> list[Line]:
    """What belongs to the file of a dispute, or of what was handed over to law enforcement."""
    lines = []
    if known.enforcements:
        lines.append(_line(Piece.ENFORCEMENT, _last(known, Action.DECIDE_PENALTY), Excuse.GIVEN_BACK))
    if known.mediations or known.evidence == Evidence.MEDIATION:
        lines.append(_line(Piece.MEDIATION, _last(known, Action.CONCLUDE_MEDIATION)))
    return lines


def _result(known: Known) -> Line:
    return _line(Piece.RESULT, _last(known, Action.FEEDBACK, Action.SETTLE, Action.SETTLE_AT_ONCE))


def _photos(known: Known, piece: Piece) -> Line:
    excuse = None if known.evidence in NEEDED[piece] else Excuse.NOT_ASKED
    return _line(piece, known.photos.get(piece.value), excuse)


def _replied(known: Known) -> list[Line]:
    if _last(known, Action.SUPERVISE) is None:
        return []
    return [_line(Piece.REPLY, _last(known, Action.REPLY), Excuse.WITH_CASE)]


def _closing(known: Known) -> Line:
    return _line(Piece.CLOSING, _last(known, Action.CLOSE, Action.SETTLE, Action.SETTLE_AT_ONCE))


def _told(known: Known) -> Line:
    """Staff read it in the product; a resident who wanted to hear of it was asked for a word, or told otherwise;
    whoever applied for what was settled at once was there."""
    if known.settled_kind == AT_ONCE:
        return Line(Piece.TOLD, PRESENT, Mark(known.closed_at))
    told = _last(known, *TELLING)
    if told is not None and told.at >= known.closed_at:
        return Line(Piece.TOLD, PRESENT, told)
    if known.callbacks - {Callback.NONE}:
        return Line(Piece.TOLD, MISSING)
    if known.staff and not known.callbacks:
        return Line(Piece.TOLD, PRESENT, Mark(known.closed_at))
    return Line(Piece.TOLD, Excuse.NO_CALLBACK)


def _published(known: Known) -> Line:
    if known.publicity == Publicity.PUBLISHED:
        return Line(Piece.PUBLICATION, PRESENT, _last(known, Action.PUBLISH) or Mark(known.closed_at))
    excuse = {Publicity.WITHHELD.value: Excuse.WITHHELD, "": Excuse.BEFORE_RULE}.get(known.publicity)
    return _line(Piece.PUBLICATION, None, excuse)
