"""The suite keeps to this machine."""

import socket

import pytest


def test_connection_beyond_this_machine_is_refused() -> None:
    with socket.socket() as outward, pytest.raises(AssertionError, match="tried to reach"):
        outward.connect(("192.0.2.1", 80))
