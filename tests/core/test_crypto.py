"""Personal fields: what is stored cannot be read or moved, what is searched is found, what is shown is masked."""

import pytest

from apps.core import crypto

OLD = "1:dGhpcnR5LXR3by1ieXRlcy1mb3ItdGVzdGluZy0wMDE="
NEW = "2:dGhpcnR5LXR3by1ieXRlcy1mb3ItdGVzdGluZy0wMDM="


def test_text_comes_back_and_equal_texts_look_different() -> None:
    first = crypto.encrypt("13800001234", context="t.c")
    second = crypto.encrypt("13800001234", context="t.c")
    assert first != second
    assert b"13800001234" not in first
    assert crypto.decrypt(first, context="t.c") == "13800001234"


def test_a_value_moved_to_another_column_or_altered_is_refused() -> None:
    data = crypto.encrypt("秘密", context="t.c")
    with pytest.raises(ValueError, match="altered"):
        crypto.decrypt(data, context="t.other")
    with pytest.raises(ValueError, match="altered"):
        crypto.decrypt(data[:-1] + bytes([data[-1] ^ 1]), context="t.c")


def test_keys_rotate_without_losing_what_was_written(settings) -> None:
    settings.FIELD_KEYS = OLD
    data = crypto.encrypt("旧", context="t.c")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert crypto.decrypt(data, context="t.c") == "旧"
    assert crypto.encrypt("新", context="t.c")[0] == 2
    settings.FIELD_KEYS = NEW
    with pytest.raises(ValueError, match="no field key with id 1"):
        crypto.decrypt(data, context="t.c")


def test_hashes_find_normalised_values_under_every_key(settings) -> None:
    settings.HASH_KEYS = OLD
    kept = crypto.keyed_hash("11010519491231002x")
    assert crypto.keyed_hash("11010519491231002X") == kept
    settings.HASH_KEYS = f"{NEW},{OLD}"
    assert crypto.keyed_hash("11010519491231002X") != kept
    assert kept in crypto.keyed_hashes("11010519491231002X")


@pytest.mark.parametrize(
    ("number", "shown"), [("310106199001011234", "310106********1234"), ("", ""), ("12345", "12345")]
)
def test_identity_numbers_are_masked(number: str, shown: str) -> None:
    assert crypto.mask_identity(number) == shown


@pytest.mark.parametrize(("number", "shown"), [("13812345678", "138****5678"), ("110", "110")])
def test_phones_are_masked(number: str, shown: str) -> None:
    assert crypto.mask_phone(number) == shown


@pytest.mark.parametrize("keys", ["", "1", "1:short", "x:" + OLD[2:], "0:" + OLD[2:]])
def test_unusable_keys_are_refused_by_name(settings, keys: str) -> None:
    from django.core.exceptions import ImproperlyConfigured

    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        crypto.encrypt("x", context="t.c")
