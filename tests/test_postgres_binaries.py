"""luminous.postgres.find_binaries: the programs that were named, the wheel's, the system's newest."""

from pathlib import Path

import pytest

from luminous.errors import PostgresFailed
from luminous.postgres import binaries, find_binaries


def programs(directory: Path, version: str) -> Path:
    """Programs that only know their version, which is all that is asked of them."""
    directory.mkdir(parents=True)
    for name in binaries.NEEDED:
        (directory / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (directory / name).chmod(0o755)
    return directory


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose wheel has 16 and 18, whose packages have 9, 15 and 17, and whose PATH has 14."""
    for version in ("9.6", "15.18 (Debian 15.18-0)", "17.2"):
        programs(tmp_path / "usr" / version.split()[0] / "bin", version)
    wheel = [
        programs(tmp_path / "wheel/pginstall", "16.14"),
        programs(tmp_path / "wheel/pginstall18", "18.4"),
    ]
    monkeypatch.delenv("LUMINOUS_PG_BIN", raising=False)
    monkeypatch.setenv("PATH", f"{programs(tmp_path / 'path', '14.1')}:/usr/bin:/bin")
    monkeypatch.setattr(binaries, "SYSTEM_DIRECTORIES", (f"{tmp_path}/usr/*/bin",))
    monkeypatch.setattr(binaries, "wheel_directories", lambda: wheel)
    return tmp_path


def test_the_named_directory_comes_first(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUMINOUS_PG_BIN", str(machine / "usr/15.18/bin"))

    assert find_binaries().version == (15, 18)


@pytest.mark.usefixtures("machine")
def test_then_the_newest_of_the_wheel() -> None:
    assert find_binaries().version == (18, 4)


def test_then_the_newest_of_the_system(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "wheel_directories", list[Path])

    assert find_binaries().directory == machine / "usr/17.2/bin"


@pytest.mark.parametrize(("major", "minor"), [(14, 1), (15, 18), (16, 14), (17, 2), (18, 4)])
@pytest.mark.usefixtures("machine")
def test_an_existing_database_gets_programs_of_its_own_major_version(major: int, minor: int) -> None:
    assert find_binaries(major).version == (major, minor)


def test_an_existing_database_comes_before_the_named_directory(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUMINOUS_PG_BIN", str(machine / "usr/15.18/bin"))

    assert find_binaries(17).major == 17


@pytest.mark.usefixtures("machine")
def test_a_missing_major_version_says_what_was_found_and_what_to_install() -> None:
    with pytest.raises(
        PostgresFailed, match=r"no PostgreSQL 19 .*found: 18\.4 in .*apt install postgresql-19"
    ):
        find_binaries(19)


def test_a_machine_with_only_old_programs_is_told_what_to_install(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "wheel_directories", list[Path])
    monkeypatch.setattr(binaries, "SYSTEM_DIRECTORIES", (f"{machine}/usr/9.6/bin",))
    monkeypatch.setenv("PATH", str(machine / "path"))

    with pytest.raises(PostgresFailed, match=r"no PostgreSQL 15 or later .*found: 14\.1 .*DATABASE_URL"):
        find_binaries()


@pytest.mark.usefixtures("machine")
def test_a_named_directory_without_programs_is_said_and_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LUMINOUS_PG_BIN", "/nowhere")

    with pytest.raises(PostgresFailed, match="LUMINOUS_PG_BIN is /nowhere"):
        find_binaries()


def test_programs_that_do_not_run_here_are_passed_over(machine: Path) -> None:
    (machine / "wheel/pginstall18/postgres").write_bytes(b"\x7fELF for another machine")

    assert find_binaries().version == (16, 14)
