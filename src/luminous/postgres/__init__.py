"""PostgreSQL without an installation: a real server that lives in one directory and is found again.

    server = start(Path(".luminous"), say=print)    # starts it, or attaches to the one that runs
    ...                                             # connect to server.url
    stop(Path(".luminous"))

The server is a daemon: it outlives a killed program, and the next `start` attaches to it. Nothing
here ever deletes a directory that held a database.
"""

from luminous.postgres.binaries import Binaries, find_binaries
from luminous.postgres.server import Server, running_url, start, stop

__all__ = ["Binaries", "Server", "find_binaries", "running_url", "start", "stop"]
