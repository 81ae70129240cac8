"""Every kind of notice that the code sends has a name and a group, so that nobody misses it among the preferences."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.cases import announce
from apps.deadlines import messages
from apps.notices import kinds
from apps.notices.choices import Group

ROOT = Path(__file__).resolve().parents[2]
SENDERS = {"notify", "services.notify", "Draft", "services.Draft"}
# Kinds whose name is put together: where its endings stand.
ENDINGS = {"case.": announce.WORDS, "deadline.": messages.WORDS}


def sent() -> Iterator[tuple[str, str]]:
    """The kind of each call that sends, or its beginning where it is put together, and where it stands."""
    for path in sorted(ROOT.glob("apps/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in SENDERS:
                continue
            for keyword in node.keywords:
                if keyword.arg == "kind":
                    value = keyword.value
                    first = value.values[0] if isinstance(value, ast.JoinedStr) else value
                    if isinstance(first, ast.Constant):
                        yield str(first.value), f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_kind_that_is_sent_has_a_name_and_a_group() -> None:
    known = kinds.registered()
    nameless = []
    for kind, where in sent():
        for whole in [f"{kind}{ending}" for ending in ENDINGS[kind]] if kind.endswith(".") else [kind]:
            if whole not in known or not known[whole].label:
                nameless.append((whole, where))
    assert nameless == []


def test_no_kind_is_registered_without_a_name() -> None:
    assert [kind for kind, look in kinds.registered().items() if not look.label] == []


def test_the_calls_are_found_at_all() -> None:
    assert {"case.", "deadline.", "log.reviewed", "score-published"} <= {kind for kind, _where in sent()}


def test_a_tone_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no tone pink"):
        kinds.register("test.pink", icon="bell", tone="pink")


def test_a_group_knows_its_kinds() -> None:
    assert "deadline.red" in kinds.kinds_of(Group.CARDS)
    assert kinds.look_of("never-registered").group == Group.SYSTEM
