"""PostgreSQL's own load generator: what the database reaches when nothing else is in the way."""

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from luminous.errors import LuminousError

ELSEWHERE = "/usr/lib/postgresql/*/bin/pgbench"

A_MOMENT = 200  # transactions of each client

# One message in a transaction, with the mixes of `people.requests`.
RETURNING = r"""
\set person random(1, :known)
\if random(1, 100) <= 5
\set person random(:known + 1, 999999999)
\endif
\set message random(1, 4611686018427387903)
select bench.take(:person, :message);
"""
NEW = r"""
\set person random(:known + 1, 999999999)
\set message random(1, 4611686018427387903)
select bench.take(:person, :message);
"""
LOOKUP = r"""
\set person random(1, :known)
select * from resolve_customer('+' || bench.wa_id(:person), bench.user_id(:person),
                               bench.wa_id(:person), 'Amina');
"""

_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pgbench:
    """A pgbench, which may be of another version than the server."""

    program: Path

    async def per_second(self, url: str, script: str, *, clients: int, seconds: float, known: int) -> float:
        """Transactions a second that so many clients reach with a script. Raises LuminousError.

        seconds: rounded to whole ones; less than one is so many transactions as take about that long.
        """
        length = f"--time={round(seconds)}" if seconds >= 1 else f"--transactions={A_MOMENT}"
        running = await asyncio.create_subprocess_exec(
            self.program,
            *("--no-vacuum", "--protocol=prepared", "--max-tries=5", "--file=-", f"--define=known={known}"),
            *(f"--client={clients}", f"--jobs={min(clients, os.cpu_count() or 1)}"),
            *(length, url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(seconds + 30):
                said, complained = await running.communicate(script.encode())
        finally:
            if running.returncode is None:
                running.kill()
        rate = _TPS.search(said.decode())
        if running.returncode != 0 or rate is None:
            raise LuminousError(f"pgbench failed: {complained.decode().strip() or said.decode().strip()}")
        return float(rate[1])

    async def best_clients(
        self, url: str, script: str, *, among: Sequence[int], seconds: float, known: int
    ) -> int:
        """With how many clients it is quickest: the one figure that tells what the database can do."""
        if len(among) == 1:
            return among[0]
        rates = {
            clients: await self.per_second(url, script, clients=clients, seconds=seconds, known=known)
            for clients in among
        }
        return max(rates, key=rates.__getitem__)


def find_pgbench(beside: Path) -> Pgbench:
    """The one in the directory of the server's programs, else the system's newest. Raises LuminousError."""
    own = beside / "pgbench"
    if os.access(own, os.X_OK):
        return Pgbench(own)
    elsewhere = sorted(
        map(Path, glob(ELSEWHERE)), key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))]
    )
    if not elsewhere:
        raise LuminousError(
            f"There is no pgbench in {beside} nor on the system, and this is measured with it. Install it "
            "(Debian, Ubuntu: apt install postgresql), or choose other parts: luminous bench --help."
        )
    return Pgbench(elsewhere[-1])
