"""django-helpdesk in a process of its own: reads one JSON request per line, answers one JSON line with the seconds.

Everything measured is django-helpdesk's own code, called as its users call it; ours is only the filling.
"""

import json
import os
import re
import sys
import time
from datetime import timedelta
from importlib.metadata import version

import django

ESCALATE_AFTER_DAYS = 3
ROWS_URL = re.compile(rb'"url": "([^"]+)"')
_clients = []


def fill(*, tickets: int, overdue: int) -> dict[str, object]:
    """A queue with ``tickets`` open tickets, ``overdue`` of which are older than it allows; repeats start anew."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone
    from helpdesk.models import Queue, Ticket

    call_command("migrate", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE helpdesk_ticket CASCADE")
    queue = Queue.objects.filter(slug="grid").first() or Queue.objects.create(
        title="grid", slug="grid", escalate_days=ESCALATE_AFTER_DAYS
    )
    for first in range(0, tickets, 5000):
        Ticket.objects.bulk_create(
            Ticket(
                queue=queue,
                title=f"路面积水 {number}",
                description="井盖旁积水，行人绕行。",
                priority=3,
            )
            for number in range(first, min(first + 5000, tickets))
        )
    oldest = Ticket.objects.order_by("pk").values("pk")[:overdue]
    Ticket.objects.filter(pk__in=oldest).update(created=timezone.now() - timedelta(days=10))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"tickets": Ticket.objects.count()}


def escalate() -> dict[str, object]:
    """The command that its guide puts into cron, and how many tickets it escalated."""
    from django.core.management import call_command
    from helpdesk.models import FollowUp

    before = FollowUp.objects.count()
    started = time.perf_counter()
    call_command("escalate_tickets")
    return {"seconds": time.perf_counter() - started, "escalated": FollowUp.objects.count() - before}


def staff():
    """A browser of somebody who may see and make every ticket; the same one each time."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    if not _clients:
        users = get_user_model().objects
        user = users.filter(username="staff").first() or users.create_superuser("staff", "staff@example.org", "staff")
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        _clients.append(client)
    return _clients[0]


def page() -> dict[str, object]:
    """The list of tickets as a browser gets it: the page, then the rows that its table asks for at once."""
    client = staff()
    started = time.perf_counter()
    found = ROWS_URL.search(client.get("/tickets/").content)
    answer = client.get(found.group(1).decode(), {"draw": 1, "start": 0, "length": 25}).json()
    return {"seconds": time.perf_counter() - started, "rows": len(answer["data"])}


def create() -> dict[str, object]:
    """A ticket made over its REST API, undone so that there stay as many as there were."""
    from django.db import transaction
    from helpdesk.models import Queue

    client, queue = staff(), Queue.objects.get(slug="grid")
    body = {"queue": queue.pk, "title": "井盖缺失", "description": "井盖旁积水，行人绕行。", "priority": 3}
    started = time.perf_counter()
    with transaction.atomic():
        answer = client.post("/api/tickets/", json.dumps(body), content_type="application/json")
        transaction.set_rollback(True)
    return {"seconds": time.perf_counter() - started, "status": answer.status_code, "said": answer.content.decode()}


REQUESTS = {
    "fill": fill,
    "escalate": escalate,
    "page": page,
    "create": create,
    "version": lambda: {"version": version("django-helpdesk")},
}


def main() -> None:
    """Answer until the requests end."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.peer.settings"
    django.setup()
    for line in sys.stdin:
        request = json.loads(line)
        answer = REQUESTS[request.pop("do")](**request)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
