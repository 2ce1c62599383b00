"""One structured line per event, at the doors. Never bodies, headers, tokens or whole phone numbers."""

import json
import logging
import sys
from typing import Any, cast

import structlog

log = cast("structlog.stdlib.BoundLogger", structlog.get_logger())

_ENCODER = json.JSONEncoder(default=repr)


def configure(*, for_people: bool, quiet: bool = False) -> None:
    """Choose the form of the log: coloured lines for a person's terminal, JSON for machines.

    It goes to standard error. quiet: warnings and worse only.
    """
    stamp = "%H:%M:%S" if for_people else "iso"
    renderer: Any = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if for_people else _as_json
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt=stamp, utc=not for_people),
            *([] if for_people else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=not quiet,  # a program is configured once, and logs for each message
    )


def _as_json(_: object, __: str, event: structlog.typing.EventDict) -> str:
    """The line of an event. One encoder for all of them: making one costs as much as a line."""
    return _ENCODER.encode(event)
