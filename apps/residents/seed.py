"""Invented residents for the demo district.

Names are drawn from lists, addresses from roads that carry flowers' names, phones from a range that nobody is given.
Identity numbers have a valid check character and the district's region code, and are otherwise drawn by lot: that one
of them belongs to a living person would be chance.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from random import Random

from django.db import connection, transaction

from apps.core import clock
from apps.core.audit import make_event
from apps.core.crypto import keyed_hash
from apps.core.text import pinyin_key
from apps.grid.models import Unit
from apps.grid.placed import PATH_RELATED, place_at
from apps.residents.choices import Document, Relation, ResidenceKind, Sex
from apps.residents.identity import check_character
from apps.residents.models import Dwelling, Household, Person, Residence, ResidentEvent
from apps.residents.words import words_of

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余"
    "叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江薛尹雷黎"
)
FEMALE = (
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "艳",
    "霞",
    "秀英",
    "桂英",
    "玉兰",
    "红梅",
    "雅婷",
    "欣怡",
    "雨桐",
    "慧敏",
    "淑华",
)
MALE = ("伟", "强", "磊", "军", "勇", "杰", "涛", "超", "明", "建国", "志强", "国平", "浩然", "子轩", "俊杰", "德明")
ROADS = ("海棠路", "玉兰路", "紫薇路", "丁香路", "木槿路", "茉莉路", "蔷薇路", "杜鹃路", "芙蓉路", "腊梅路")
CHUNK = 200  # grids written in one transaction
BATCH = 1000  # rows in one statement


class _Maker:
    """Draws people by lot; remembers every identity number so that none is given twice."""

    def __init__(self, random: Random, today: date) -> None:
        self.random = random
        self.today = today
        self.taken = {bytes(mark) for mark in Person.objects.values_list("identity_hash", flat=True).iterator()}

    def person(self, *, age: int, sex: str, surname: str, region: str, at: datetime) -> Person:
        """Somebody of about that age."""
        born = max(self.today - timedelta(days=age * 365 + self.random.randrange(365)), date(1920, 1, 1))
        number, mark = self._number(born, sex, region)
        name = surname + self.random.choice(FEMALE if sex == Sex.FEMALE else MALE)
        phone = f"1990000{self.random.randrange(10_000):04d}" if age > 11 and self.random.random() < 0.9 else ""
        return Person(
            name=name,
            name_key=_name_key(name),
            words=words_of(name),
            document=Document.ID_CARD,
            identity=number,
            identity_hash=mark,
            sex=sex,
            birth_date=born,
            phone=phone,
            phone_hash=keyed_hash(phone) if phone else None,
            created_at=at,
        )

    def _number(self, born: date, sex: str, region: str) -> tuple[str, bytes]:
        while True:
            sequence = self.random.randrange(500) * 2 + (1 if sex == Sex.MALE else 0)
            head = f"{region}{born:%Y%m%d}{sequence:03d}"
            number = head + check_character(head)
            mark = keyed_hash(number)
            if mark not in self.taken:
                self.taken.add(mark)
                return number, mark

    def family(self, region: str, at: datetime) -> list[tuple[Person, str]]:
        """The members of one household with their relation to the head, who comes first."""
        draw = self.random.random()
        age = self.random.randrange(62, 90) if draw < 0.3 else self.random.randrange(26, 62)
        sex = self.random.choice([Sex.MALE, Sex.FEMALE])
        surname = self.random.choice(SURNAMES)

        def one(age: int, sex: str, surname: str) -> Person:
            return self.person(age=max(0, age), sex=sex, surname=surname, region=region, at=at)

        members: list[tuple[Person, str]] = [(one(age, sex, surname), Relation.HEAD)]
        if draw < 0.12 or draw > 0.9:
            return members
        other = Sex.FEMALE if sex == Sex.MALE else Sex.MALE
        members.append((one(age + self.random.randrange(-4, 5), other, self.random.choice(SURNAMES)), Relation.SPOUSE))
        if 26 <= age <= 58:
            for _child in range(self.random.choice([0, 1, 1, 2])):
                grown = age - self.random.randrange(24, 34)
                members.append((one(grown, self.random.choice([Sex.MALE, Sex.FEMALE]), surname), Relation.CHILD))
            if self.random.random() < 0.15:
                members.append((one(age + 27, Sex.FEMALE, self.random.choice(SURNAMES)), Relation.PARENT))
        return members


@cache
def _name_key(name: str) -> str:
    return pinyin_key(name)


def seed_residents(grids: Iterable[Unit], *, random: Random, per_grid: int, at: datetime) -> int:
    """Fill each grid that has no dwelling yet with about ``per_grid`` invented persons; returns persons made.

    Every person gets a move-in event without an actor. The same ``random`` over the same grids gives the same people.
    """
    ids = [grid.pk for grid in grids]
    filled = set(Dwelling.objects.filter(grid__in=ids).values_list("grid_id", flat=True).distinct())
    empty = Unit.objects.filter(pk__in=[pk for pk in ids if pk not in filled]).select_related(*PATH_RELATED)
    maker = _Maker(random, clock.local(at).date())
    units = list(empty.order_by("code"))
    return sum(_fill(units[i : i + CHUNK], maker, per_grid, at) for i in range(0, len(units), CHUNK))


@transaction.atomic
def _fill(units: list[Unit], maker: _Maker, per_grid: int, at: datetime) -> int:
    random = maker.random
    homes: list[tuple[Dwelling, list[tuple[Person, str]], str]] = []
    for unit in units:
        place = place_at(unit)
        road, lane = random.choice(ROADS), random.randrange(10, 900)
        count = number = 0
        while count < per_grid:
            dwelling = Dwelling(
                **place,
                building=f"{road}{lane}弄{number // 12 + 1}号",
                room=f"{number // 2 % 6 + 1}{number % 2 + 1:02d}室",
                created_at=at,
            )
            number += 1
            dwelling.words = words_of(dwelling.building, dwelling.entrance, dwelling.room)
            family = maker.family(unit.code[:6], at)
            homes.append(
                (dwelling, family, ResidenceKind.FLOATING if random.random() < 0.3 else ResidenceKind.REGISTERED)
            )
            count += len(family)
    Dwelling.objects.bulk_create([home[0] for home in homes], batch_size=BATCH)
    persons = [person for _dwelling, family, _kind in homes for person, _relation in family]
    for person, key in zip(persons, _reserve(len(persons)), strict=True):
        person.pk = key
    residences: list[Residence] = []
    events: list[ResidentEvent] = []
    households: list[Household] = []
    for dwelling, family, kind in homes:
        household = Household(dwelling=dwelling, head=family[0][0], created_at=at)
        households.append(household)
        since = clock.local(at).date() - timedelta(days=random.randrange(30, 3650))
        for person, relation in family:
            moved_in = max(since, person.birth_date)
            residences.append(
                Residence(
                    person=person,
                    dwelling=dwelling,
                    household=household,
                    kind=kind,
                    relation=relation,
                    since=moved_in,
                    created_at=at,
                )
            )
            payload = {"dwelling": dwelling.pk, "kind": kind, "relation": relation, "since": moved_in}
            place = dwelling.place
            events.append(
                make_event(ResidentEvent, person, actor=None, action="move-in", payload=payload, at=at, **place)
            )
    Person.objects.bulk_create(persons, batch_size=BATCH)
    Household.objects.bulk_create(households, batch_size=BATCH)
    for residence in residences:
        residence.household_id = residence.household.pk
    Residence.objects.bulk_create(residences, batch_size=BATCH)
    ResidentEvent.objects.bulk_create(events, batch_size=BATCH)
    return len(persons)


def _reserve(count: int) -> list[int]:
    """Keys for so many persons, so that each can head its chain before it is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('residents_person', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]
