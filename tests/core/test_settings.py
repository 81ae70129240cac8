"""How URLs and secrets become settings."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gridgov.settings.kept import kept_secret, readable_password
from gridgov.settings.services import broker_from_url, database_from_url, days_from


def test_a_full_database_url() -> None:
    made = database_from_url("postgresql://us%20er:p%40ss@db.example:6543/name?sslmode=require", Path("var"))
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "us er",
        "p@ss",
        "db.example",
        "6543",
        "name",
    )
    assert made["OPTIONS"] == {"connect_timeout": "5", "sslmode": "require"}


def test_a_socket_folder_keeps_its_capitals() -> None:
    made = database_from_url("postgresql://gridgov@/gridgov?host=/Srv/Run", Path("var"))
    assert (made["HOST"], made["NAME"], made["OPTIONS"]) == ("/Srv/Run", "gridgov", {"connect_timeout": "5"})


def test_no_url_means_the_embedded_server() -> None:
    assert database_from_url("", Path("/srv/var"))["HOST"] == "/srv/var/services/run"


def test_another_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="must start with postgresql://"):
        database_from_url("mysql://localhost/gridgov", Path("var"))


@pytest.mark.parametrize(
    ("redis_url", "broker"),
    [
        ("unix:///srv/redis.sock", "redis+socket:///srv/redis.sock"),
        ("redis://127.0.0.1:6379/3", "redis://127.0.0.1:6379/3"),
    ],
)
def test_celerys_spelling_of_redis(redis_url: str, broker: str) -> None:
    assert broker_from_url(redis_url) == broker


def test_simultaneous_first_readers_agree_on_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "var/secret"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: kept_secret(path, readable_password), range(8)))
    assert found == {path.read_text()}
    assert path.stat().st_mode & 0o777 == 0o600


def test_days_are_a_whole_number_from_one() -> None:
    assert days_from("30", name="GRIDGOV_OUTBOX_KEEP_DAYS") == 30
    for wrong in ("0", "", "-1", "1.5", "soon", "三"):
        with pytest.raises(ValueError, match="GRIDGOV_OUTBOX_KEEP_DAYS must be a whole number of days, at least 1"):
            days_from(wrong, name="GRIDGOV_OUTBOX_KEEP_DAYS")
