"""How often strangers may try what costs something or could be guessed at."""

from datetime import timedelta
from typing import Literal

What = Literal["look at a link", "try a code", "ask for an e-mail", "write to an e-mail", "sign up"]

LIMITS: dict[What, tuple[int, timedelta]] = {
    "look at a link": (60, timedelta(minutes=1)),
    "try a code": (20, timedelta(minutes=1)),
    "ask for an e-mail": (20, timedelta(hours=1)),
    "write to an e-mail": (5, timedelta(hours=1)),
    "sign up": (10, timedelta(hours=1)),
}
