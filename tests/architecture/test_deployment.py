"""What an operator is given fits together: the compose file, the environment's example, the settings that read it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gridgov.settings.notices import RATES

ROOT = Path(__file__).resolve().parents[2]
FROM_THE_MACHINE = {"PORT"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_services_of_production(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "redis", "migrate", "web", "worker", "jobs", "beat", "nginx"}


def test_every_mounted_file_is_there(compose: dict[str, Any]) -> None:
    mounted = [
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]
    assert mounted
    made_by_the_operator = {"./config/nginx/tls"}
    assert [path for path in mounted if path not in made_by_the_operator and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("service", ["web", "worker", "jobs", "beat", "migrate"])
def test_commands_name_modules_that_make_run_uses_too(compose: dict[str, Any], service: str) -> None:
    words = compose["services"][service]["command"]
    assert words[:2] == ["python", "-m"]
    run = (ROOT / "tools/run.py").read_text()
    assert f'"{words[2]}"' in run
    assert all(
        f'"{word}"' in run
        for word in words
        if word in {"gridgov.wsgi", "worker", "beat", "-Q", "celery", "jobs", "--pidfile="}
    )


def test_the_example_names_every_variable_that_production_reads() -> None:
    read: set[str] = set()
    for path in [ROOT / "gridgov/settings/base.py", ROOT / "gridgov/settings/prod.py"]:
        read |= set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', path.read_text()))
    read |= set(re.findall(r'"(GRIDGOV_\w+)"', (ROOT / "gridgov/settings/notices.py").read_text()))
    read |= {f"GRIDGOV_{channel.upper()}_PER_MINUTE" for channel in RATES}
    named = set(re.findall(r"^#?(\w+)=", (ROOT / "config/env.example").read_text(), re.MULTILINE))
    optional = {"PORT", "GRIDGOV_DEMO", "GRIDGOV_DEMO_PASSWORD", "GRIDGOV_REDIS_PREFIX"}
    assert read - named - optional == set()
