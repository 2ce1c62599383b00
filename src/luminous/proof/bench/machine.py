"""On which machine it was measured: a figure without it says little."""

import os
import platform
from pathlib import Path

from luminous.errors import LuminousError
from luminous.proof.bench.pgbench import find_pgbench
from luminous.proof.stage import Scratch


def machine(server: Scratch) -> dict[str, str]:
    """Its processor, memory, system and versions, and the pgbench that is measured with, in words."""
    try:
        pgbench = str(find_pgbench(server.bin_directory).program)
    except LuminousError:
        pgbench = "none"
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": server.version,
        "pgbench": "the server's own" if pgbench == str(server.bin_directory / "pgbench") else pgbench,
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
