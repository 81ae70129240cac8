"""Settings of a web server over the database of a running test: the suite's own, and that database by name."""

import os

from gridgov.settings.test import *  # noqa: F403
from gridgov.settings.test import DATABASES

DATABASES["default"]["NAME"] = os.environ["SERVED_DATABASE"]
