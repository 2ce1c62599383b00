"""As whom do PostgreSQL's programs run? They refuse root, so root needs another face.

Best is a user namespace (`unshare` of util-linux): the server sees itself as an ordinary user, its
files stay root's, and it also works below a private home. Where the system forbids that, an
existing user must do. No user is created, and no permission of a parent directory is changed.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from luminous.errors import PostgresFailed

ORDINARY_USERS = ("postgres", "nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """Runs programs as somebody who is not root.

    prefix: what goes before each command. uid, gid: None for the one who runs this.
    """

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    @property
    def effective_uid(self) -> int:
        """The owner of the files that it writes."""
        return os.geteuid() if self.uid is None else self.uid

    def run(self, command: Sequence[str | Path], *, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run to the end and return what it said, stdout and stderr in one text.

        The terminal's Ctrl-C does not reach it: a start ends or is repaired by the next one.
        """
        return subprocess.run(  # noqa: S603 - the programs found by `binaries`, no shell
            [*self.prefix, *command],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            start_new_session=True,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def own(self, path: Path) -> None:
        """Give a new directory of ours to the one who will run the server."""
        if self.uid is not None:
            os.chown(path, self.uid, -1 if self.gid is None else self.gid)


def environment() -> dict[str, str]:
    """Ours without PG… variables, which would redirect the programs; messages in English."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return ours | {"LC_ALL": "C"}


def choose_account(home: Path, data_directory: Path, program: Path) -> Account:
    """Whoever may run `program` on this data directory.

    home: the directory above it, which exists. Raises PostgresFailed when root finds nobody.
    """
    if os.geteuid() != 0:
        return Account()
    owner = data_directory.stat() if data_directory.exists() else None
    if owner and owner.st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    users = ordinary_users()
    if users and (account := in_namespace(users[0], program, home)):
        return account
    for user in users if owner is None else []:
        account = Account(uid=user.pw_uid, gid=user.pw_gid)
        if reaches(account, program, home):
            account.own(home)
            return account
    raise PostgresFailed(
        "PostgreSQL does not run as root, and nobody else can run it here: `unshare --user` is forbidden and "
        f"{f'{data_directory} belongs to root' if owner else f'no ordinary user can enter {home.parent}'}. "
        "Run this as an ordinary user, in a directory of theirs, or set DATABASE_URL to a database elsewhere."
    )


def ordinary_users() -> list[pwd.struct_passwd]:
    """Users that exist and are not root; PostgreSQL looks up the name of the one it runs as."""
    known = {user.pw_name: user for user in pwd.getpwall() if user.pw_uid != 0}
    return [known[name] for name in ORDINARY_USERS if name in known] or list(known.values())[:1]


def in_namespace(user: pwd.struct_passwd, program: Path, home: Path) -> Account | None:
    """Root under the name of `user` in a user namespace; None where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    account = Account((unshare, "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}"))
    return account if reaches(account, program, home) else None


def reaches(account: Account, program: Path, home: Path) -> bool:
    """True when the account can enter the directory above `home` and run the program from there."""
    go = ["/bin/sh", "-c", 'cd "$1" && exec "$2" --version', "sh", home.parent, program]
    try:
        return account.run(go, cwd=Path("/")).returncode == 0
    except OSError:
        return False
