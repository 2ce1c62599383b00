"""A database with three customers that these tests share: each leaves it as it was."""

import os

import pytest
from psycopg.conninfo import make_conninfo

from luminous.db import connect
from tests.proof.reports import PEOPLE


@pytest.fixture(scope="session")
async def healthy_url(server_url: str, template: str) -> str:
    """A database of three customers with nothing wrong in it."""
    name = f"healthy_{os.getpid()}"
    async with connect(server_url) as conn:
        await conn.execute(f'create database "{name}" template "{template}"'.encode())
    url = make_conninfo(server_url, dbname=name)
    async with connect(url) as conn:
        await conn.execute(PEOPLE)
    return url
