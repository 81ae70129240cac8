"""Identity numbers after GB 11643."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.phones import tidy
from apps.residents.identity import (
    CHECKS,
    Identity,
    IdentityError,
    age_on,
    check_character,
    looks_like_number,
    mask_passport,
    parse_identity,
)

TODAY = date(2026, 11, 21)
EXAMPLE = "11010519491231002X"


def test_the_example_of_the_standard_is_read():
    assert parse_identity(EXAMPLE, today=TODAY) == Identity(EXAMPLE, date(1949, 12, 31), "female")


@pytest.mark.parametrize(
    "text", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_width_case_and_blanks_do_not_matter(text):
    assert parse_identity(text, today=TODAY).number == EXAMPLE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "shape"),
        ("110105194912310", "shape"),
        ("01010519491231002X", "shape"),
        ("1101051949123100XX", "shape"),
        ("11010519491331002X", "date"),
        ("11010519490231002X", "date"),
        ("11010518491231002X", "date"),
        ("110105194912310021", "check"),
        ("11010519491231003X", "check"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(text, reason):
    with pytest.raises(IdentityError) as refusal:
        parse_identity(text, today=TODAY)
    assert refusal.value.reason == reason


def test_a_birth_in_the_future_is_refused_and_one_today_is_read():
    head = "31010620261121001"
    number = head + check_character(head)
    assert parse_identity(number, today=TODAY).birth_date == TODAY
    with pytest.raises(IdentityError) as refusal:
        parse_identity(number, today=date(2026, 11, 20))
    assert refusal.value.reason == "date"


digits = st.integers(0, 999)
births = st.dates(date(1900, 1, 1), TODAY)


@given(births, digits)
def test_the_right_check_is_taken_and_the_ten_others_are_not(born, sequence):
    head = f"310106{born:%Y%m%d}{sequence:03d}"
    right = check_character(head)
    read = parse_identity(head + right, today=TODAY)
    assert (read.birth_date, read.sex) == (born, "male" if sequence % 2 else "female")
    for other in set(CHECKS) - {right}:
        with pytest.raises(IdentityError):
            parse_identity(head + other, today=TODAY)


@given(births, digits, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(born, sequence, place, step):
    head = f"310106{born:%Y%m%d}{sequence:03d}"
    number = head + check_character(head)
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    with pytest.raises(IdentityError):
        parse_identity(wrong, today=TODAY)


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 3, 3), 67), (date(2026, 3, 4), 68), (date(2027, 1, 1), 68), (date(1958, 3, 4), 0)]
)
def test_age_in_full_years(day, age):
    assert age_on(day, date(1958, 3, 4)) == age


def test_a_passport_number_shows_three_characters():
    assert mask_passport("E12345678") == "E******78"
    assert mask_passport("AB123") == "A**23"


@pytest.mark.parametrize("text", [EXAMPLE, "13812345678", "021-62345678", "E12345678", "１３８ 1234 5678"])
def test_whole_numbers_are_told_apart(text):
    assert looks_like_number(text)


@pytest.mark.parametrize("text", ["王敏", "8", "江宁路838弄", "3号", "838", "110105"])
def test_from_names_and_addresses(text):
    assert not looks_like_number(text)


def test_tidy():
    assert tidy(" ３１０ 1x ") == "3101X"
