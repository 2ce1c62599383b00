"""luminous.postgres: one server for a directory, whatever was killed before, and no data lost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from luminous import postgres
from luminous.errors import PostgresFailed
from tests.memory import quick_directory

START = """
import sys
from pathlib import Path
from luminous import postgres
print(postgres.start(Path(sys.argv[1]), fsync=False).started_here, flush=True)
"""


@pytest.fixture
def root() -> Iterator[Path]:
    """Where a server may live; it is stopped afterwards."""
    with quick_directory("luminous-postgres-") as directory:
        yield directory / "luminous"
        postgres.stop(directory / "luminous")


@pytest.fixture(scope="module")
def prepared() -> Iterator[Path]:
    """A stopped server's directory with a database luminous, to be copied."""
    with quick_directory("luminous-prepared-") as directory:
        root = directory / "luminous"
        postgres.start(root, fsync=False)
        postgres.stop(root)
        yield root


@pytest.fixture
def stopped(prepared: Path, root: Path) -> Path:
    shutil.copytree(prepared, root)
    return root


def elsewhere(root: Path) -> subprocess.Popen[str]:
    """A start in a program of its own."""
    command = [sys.executable, "-c", START, str(root)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def postmaster_pid(root: Path) -> int:
    return int((root / "postgres/data/postmaster.pid").read_text().splitlines()[0])


def test_two_starts_at_once_on_a_fresh_directory_give_one_server(root: Path) -> None:
    both = [elsewhere(root), elsewhere(root)]

    said = sorted(start.communicate(timeout=60)[0].strip() for start in both)

    assert said == ["False", "True"]
    assert [path.name for path in (root / "postgres").glob("data*")] == ["data"]


def test_a_killed_server_comes_back_with_every_committed_row(stopped: Path) -> None:
    first = postgres.start(stopped)
    with psycopg.connect(first.url) as conn:
        conn.execute("create table kept (id int)")
        conn.execute("insert into kept values (42)")
    killed = postmaster_pid(stopped)
    os.kill(killed, signal.SIGKILL)

    second = postgres.start(stopped)

    assert second.started_here
    assert postmaster_pid(stopped) != killed
    with psycopg.connect(second.url) as conn:
        assert conn.execute("select id from kept").fetchall() == [(42,)]


def test_a_server_outlives_its_killed_program_and_is_attached_to(stopped: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", START + "import time; time.sleep(60)", str(stopped)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout
    assert program.stdout.readline().strip() == "True"
    program.kill()
    program.communicate(timeout=60)
    pid = postmaster_pid(stopped)

    attached = postgres.start(stopped)

    assert not attached.started_here
    assert postmaster_pid(stopped) == pid
    assert postgres.running_url(stopped) == attached.url


@pytest.mark.parametrize("after", [0.1, 0.4])
def test_a_start_killed_at_any_moment_is_repaired_by_the_next(root: Path, after: float) -> None:
    program = elsewhere(root)
    time.sleep(after)
    program.kill()
    program.communicate(timeout=60)

    server = postgres.start(root, fsync=False)

    with psycopg.connect(server.url) as conn:
        assert conn.execute("select current_database()").fetchone() == ("luminous",)


def test_an_unfinished_initdb_is_removed_and_done_again(root: Path) -> None:
    half_made = root / "postgres/data.new-1"
    (half_made / "base").mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    postgres.start(root, fsync=False)

    assert not half_made.exists()


def test_a_lock_file_whose_number_now_belongs_to_another_program_is_no_obstacle(stopped: Path) -> None:
    (stopped / "postgres/data/postmaster.pid").write_text(
        f"{os.getpid()}\n{stopped}/postgres/data\n1\n5432\n{stopped}/postgres/socket\n"
    )

    assert postgres.running_url(stopped) is None
    assert not postgres.stop(stopped)
    assert postgres.start(stopped, fsync=False).started_here


def test_a_copy_of_a_running_server_is_a_server_of_its_own(stopped: Path, tmp_path: Path) -> None:
    original = postgres.start(stopped)
    copy = tmp_path / "copy"
    shutil.copytree(stopped, copy, ignore=shutil.ignore_patterns("socket"))
    try:
        assert postgres.running_url(copy) is None

        server = postgres.start(copy, fsync=False)

        assert server.started_here
        assert server.url != original.url
        assert postgres.running_url(stopped) == original.url
    finally:
        postgres.stop(copy)


def test_a_server_with_a_path_too_long_for_a_socket_listens_elsewhere(prepared: Path, tmp_path: Path) -> None:
    root = tmp_path / ("long" * 20)
    shutil.copytree(prepared, root)
    try:
        server = postgres.start(root, fsync=False)

        with psycopg.connect(server.url) as conn:
            far = Path(conn.info.host)
        assert not far.is_relative_to(root)
        assert far.stat().st_mode & 0o777 == 0o700
        assert postgres.running_url(root) == server.url
    finally:
        postgres.stop(root)
    assert not far.exists()


def test_a_server_takes_no_connection_over_the_network(stopped: Path) -> None:
    server = postgres.start(stopped, fsync=False)

    with psycopg.connect(server.url) as conn:
        assert conn.execute("show listen_addresses").fetchone() == ("",)
        assert Path(conn.info.host).stat().st_mode & 0o777 == 0o700


def test_the_log_keeps_no_value_of_a_violated_key(stopped: Path) -> None:
    server = postgres.start(stopped, fsync=False)
    with psycopg.connect(server.url, autocommit=True) as conn:
        conn.execute("create table phones (phone text unique)")
        conn.execute("insert into phones values ('+256700123456')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            conn.execute("insert into phones values ('+256700123456')")

    log = (stopped / "postgres/server.log").read_text()
    assert "phones_phone_key" in log
    assert "256700123456" not in log


def test_stop_says_whether_it_stopped_anything(stopped: Path) -> None:
    assert not postgres.stop(stopped)
    postgres.start(stopped, fsync=False)

    assert postgres.stop(stopped)
    assert postgres.running_url(stopped) is None
    assert not postgres.stop(stopped)


@pytest.mark.parametrize(
    ("major", "advice"),
    [("97", "Install it .*postgresql-97.*mv "), ("13", "needs 15 or later.*pg_dump.*mv ")],
)
def test_a_directory_of_another_major_version_is_left_alone_with_advice(
    root: Path, major: str, advice: str
) -> None:
    version = root / "postgres/data/PG_VERSION"
    version.parent.mkdir(parents=True)
    version.write_text(f"{major}\n")

    with pytest.raises(PostgresFailed, match=f"made by PostgreSQL {major}.*{advice}.*Nothing was changed"):
        postgres.start(root)

    assert [path.name for path in version.parent.iterdir()] == ["PG_VERSION"]


def test_files_in_the_place_of_a_database_are_left_alone_with_advice(root: Path) -> None:
    (root / "postgres/data").mkdir(parents=True)
    (root / "postgres/data/letter.txt").write_text("dear")

    with pytest.raises(PostgresFailed, match=r"no PG_VERSION.*Nothing was changed"):
        postgres.start(root)

    assert (root / "postgres/data/letter.txt").read_text() == "dear"


def test_a_damaged_database_gives_the_last_lines_of_the_log(stopped: Path) -> None:
    (stopped / "postgres/data/global/pg_control").unlink()

    with pytest.raises(
        PostgresFailed, match=r"(?s)did not start.*restore a backup.*server\.log\.\n.*pg_control"
    ):
        postgres.start(stopped)

    assert (stopped / "postgres/data/PG_VERSION").exists()


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(PostgresFailed, match=f"{tmp_path}/file.*A file lies where a directory must be"):
        postgres.start(tmp_path / "file")


def test_a_path_that_the_programs_cannot_quote_is_refused_by_its_character(tmp_path: Path) -> None:
    with pytest.raises(PostgresFailed, match=r"stumble over the character '\$'"):
        postgres.start(tmp_path / "cheap$")
