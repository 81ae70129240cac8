"""What the journeys share: a browser, one clock for all threads, people at their own screens, pictures of each step."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from apps.cases.models import Category
from apps.core import catalogues, clock, job_runs, outbox
from tests.browser import DESK, PHONE, screen_of
from tests.factories.cases import World, make_world
from tests.factories.deadlines import shanghai
from tests.factories.grid import grant

NAMES = {
    "worker": "赵敏",
    "station": "陈蔚",
    "street": "周岚",
    "agency": "孙力",
    "assessor": "何静",
    "leader": "林立",
    "admin": "顾明",
    "worker_b": "吴越",
    "street_b": "郑和",
}
MOST_TABS = 60
PICTURES_DRAWN = "Promise.all([...document.images].map((image) => image.decode().catch(() => {})))"
PICTURES = Path(settings.BASE_DIR, "var", "journeys")


class Keys:
    """A keyboard that counts how often it is pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> "Keys":
        """Press one key after the other."""
        for key in keys:
            self.page.keyboard.press(key)
        self.pressed += len(keys)
        return self

    def type(self, text: str) -> "Keys":
        """Write into whatever has the focus."""
        self.page.keyboard.type(text)
        self.pressed += len(text)
        return self

    def to(self, selector: str) -> "Keys":
        """Press Tab until the element, or one of several, has the focus."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return self
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")


class Stage:
    """The system with its people. Nothing moves by itself: ``drain`` does a worker's work, ``it_is`` sets the clock."""

    def __init__(self, browser: Browser, base_url: str, world: World, journey: str) -> None:
        self.browser, self.base_url, self.world, self.journey = browser, base_url, world, journey
        self.moment = shanghai("2026-03-02 09:00")
        self.said: list[tuple[str, str]] = []
        self._contexts: dict[str, BrowserContext] = {}
        self._shots = 0

    def it_is(self, moment: str) -> None:
        """Set every clock, the browsers' too, to a moment in Shanghai."""
        self.moment = self.world.at = shanghai(moment)
        for context in self._contexts.values():
            context.clock.set_fixed_time(self.moment)

    def drain(self) -> None:
        """Deliver what the outbox holds and do the jobs that wait."""
        outbox.drain()
        job_runs.run_waiting()

    def page_of(self, name: str, *, phone: bool = False) -> Page:
        """A fresh page of somebody, who signs in by the demo button the first time; one without it is signed in."""
        if name in self._contexts:
            return self._contexts[name].new_page()
        lon, lat = self.world.point()
        context = screen_of(
            self.browser,
            self.base_url,
            None if name in NAMES else self.world[name],
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            geolocation={"longitude": lon, "latitude": lat},
            permissions=["geolocation"],
            reduced_motion="reduce",
        )
        context.clock.set_fixed_time(self.moment)
        context.set_default_timeout(20_000)
        self._contexts[name] = context
        page = context.new_page()
        page.on("pageerror", lambda error: self.said.append((name, str(error))))
        if name not in NAMES:
            return page
        page.goto("/sign-in/")
        page.click(f"button[name=demo][value={name}]")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    def shot(self, page: Page, name: str) -> None:
        """Keep a picture of what the person sees now, under ``var/journeys``, once everything is drawn."""
        page.wait_for_load_state()
        page.evaluate(PICTURES_DRAWN)
        self._shots += 1
        page.screenshot(path=PICTURES / f"{self.journey}-{self._shots:02d}-{name}.png")

    def close(self) -> None:
        """End every browser window."""
        for context in self._contexts.values():
            context.close()


@pytest.fixture
def stage(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_server: LiveServer,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Two streets with the shipped catalogues and the demo accounts, on Monday 2 March 2026 at nine."""
    journey = request.path.stem.removeprefix("test_")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES.glob(f"{journey}-*.png"):
        picture.unlink()
    catalogues.load_all()
    world = make_world(rules=False)
    Category.objects.filter(pk=world.category.pk).update(active=False)
    grant(world.people["admin"], "unit_admin", world.tree.district)
    for username, name in NAMES.items():
        person = world.people[username]
        person.name, person.is_demo = name, True
        person.save()
    stage = Stage(browser, live_server.url, world, journey)
    monkeypatch.setattr(clock, "now", lambda: stage.moment)
    yield stage
    stage.close()


@pytest.fixture
def photo(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a picture as a phone would take it: ``photo("before", "#8a7b5c")``."""

    def make(name: str, colour: str) -> Path:
        path = tmp_path / f"{name}.jpg"
        picture = Image.new("RGB", (1600, 1200), "#b9c2c8")
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 700, 1600, 1200), fill="#84898d")
        draw.ellipse((420, 520, 1180, 1010), fill=colour)
        picture.save(path, quality=85)
        return path

    return make
