"""One structured line per event, at the doors. Never bodies, headers, tokens or whole phone numbers."""

import logging
import sys
from typing import Any, cast

import structlog

log = cast("structlog.stdlib.BoundLogger", structlog.get_logger())


def configure(*, for_people: bool, quiet: bool = False) -> None:
    """Choose the form of the log: coloured lines for a person's terminal, JSON for machines.

    It goes to standard error. quiet: warnings and worse only.
    """
    stamp = "%H:%M:%S" if for_people else "iso"
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if for_people
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt=stamp, utc=not for_people),
            *([] if for_people else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
