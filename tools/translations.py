"""Translations without gettext: compiling ``.po`` to ``.mo``, and finding what is missing (Babel).

The source language is Chinese, so a string is translated when some room's English catalogue has it.
"""

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = "apps/*/locale/*/LC_MESSAGES/*.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!%)%([sd])")

Key = tuple[str | None, str]


@dataclass(frozen=True)
class Use:
    """One string as the code uses it; ``where`` is ``file:line``."""

    context: str | None
    text: str
    plural: bool
    where: str

    @property
    def key(self) -> Key:
        """What a catalogue finds it by."""
        return self.context, self.text


def compile_all(root: Path = ROOT) -> int:
    """Compile every catalogue that is newer than its result; returns how many were compiled."""
    compiled = 0
    for source in sorted(root.glob(CATALOGUES)):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        scratch = target.with_suffix(".mo.new")
        with scratch.open("wb") as file:
            write_mo(file, read_catalogue(source))
        scratch.replace(target)
        compiled += 1
    return compiled


def read_catalogue(path: Path) -> Catalog:
    """The catalogue in ``path``. Raises Babel's ``PoFileError`` with the line where it is broken."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def used_in_python(root: Path = ROOT) -> Iterator[Use]:
    """Strings of the Python code."""
    for path in sorted(root.glob("apps/**/*.py")):
        yield from _extract("python", path.read_text(), str(path.relative_to(root)))


def used_in_templates(root: Path = ROOT) -> Iterator[Use]:
    """Strings of the templates, read the way Django's own extraction reads them."""
    from django.utils.translation.template import templatize

    for path in sorted(
        [*root.glob("templates/**/*.html"), *root.glob("templates/**/*.txt"), *root.glob("apps/*/templates/**/*.html")]
    ):
        code = templatize(path.read_text())
        yield from _extract(
            "python", "\n".join(line.lstrip() for line in code.split("\n")), str(path.relative_to(root))
        )


def used_in_javascript(root: Path = ROOT) -> Iterator[Use]:
    """Strings of our own browser modules."""
    for path in sorted([*root.glob("static/**/*.js"), *root.glob("static/**/*.mjs")]):
        yield from _extract("javascript", path.read_text(), str(path.relative_to(root)))


def problems(root: Path = ROOT) -> list[str]:
    """One line for each string without a sound English translation, and for each translation without a use."""
    domains = {"django": [*used_in_python(root), *used_in_templates(root)], "djangojs": list(used_in_javascript(root))}
    found = []
    for domain, uses in domains.items():
        known: dict[Key, tuple[Path, Message]] = {}
        for path in sorted(root.glob(f"apps/*/locale/en/LC_MESSAGES/{domain}.po")):
            for message in read_catalogue(path):
                if message.id:
                    known.setdefault(_key(message), (path, message))
        for use in uses:
            complaint = _complaint(use, known.get(use.key))
            if complaint:
                found.append(f"{use.where}: {complaint}: {use.text!r}")
        used = {use.key for use in uses}
        for key, (path, message) in known.items():
            if key not in used:
                found.append(f"{path.relative_to(root)}:{message.lineno}: nothing uses {key[1]!r}")
    return sorted(set(found))


def _extract(method: str, code: str, name: str) -> Iterator[Use]:
    stream = io.BytesIO(code.encode())
    for line, text, _, context in extract(method, stream, keywords=KEYWORDS, options={"encoding": "utf-8"}):
        first = text if isinstance(text, str) else text[0]
        yield Use(context, first, not isinstance(text, str), f"{name}:{line}")


def _key(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _complaint(use: Use, known: tuple[Path, Message] | None) -> str | None:
    if known is None:
        return "no English translation"
    message = known[1]
    forms = [message.string] if isinstance(message.string, str) else list(message.string)
    if message.fuzzy:
        return "fuzzy English translation"
    if not all(forms):
        return "empty English translation"
    if use.plural != message.pluralizable:
        return "plural here and not in the catalogue, or the other way round"
    wanted = set(PLACEHOLDER.findall(use.text))
    if any(set(PLACEHOLDER.findall(form)) - wanted for form in forms) or set(PLACEHOLDER.findall(forms[-1])) != wanted:
        return "other placeholders in English"
    return None


def main() -> None:
    """``compile`` writes the ``.mo`` files, ``check`` lists what is missing and fails if anything is."""
    if sys.argv[1:] == ["compile"]:
        print(f"{compile_all()} translation catalogues compiled")
    elif sys.argv[1:] == ["check"]:
        lines = problems()
        print("\n".join(lines))
        sys.exit(1 if lines else 0)
    else:
        sys.exit("usage: python -m tools.translations compile|check")


if __name__ == "__main__":
    main()
