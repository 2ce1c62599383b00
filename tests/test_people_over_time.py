"""People hide, show, change, lose and recycle numbers, and the shop always knows what can be known.

LUMINOUS_STEPS says how many things happen in all, LUMINOUS_STORY with which story it begins.
"""

import os

from tests.database.racing import connections
from tests.over_time.desk import Desk
from tests.over_time.play import plan_of, play, shortest
from tests.over_time.story import Broken

STEPS = int(os.environ.get("LUMINOUS_STEPS", "500"))
FIRST_STORY = int(os.environ.get("LUMINOUS_STORY", "0"))


async def test_no_record_ever_holds_two_people_and_nobody_decidable_is_split(database_url: str) -> None:
    async with connections(database_url, 3) as (conn, other, watcher):
        desk = Desk(conn, other, watcher)
        await conn.execute("set synchronous_commit = off")
        done, seed = 0, FIRST_STORY
        while done < STEPS:
            try:
                _, steps = await play(desk, plan_of(seed))
            except Broken as broken:
                shorter = await shortest(desk, plan_of(seed))
                raise Broken(f"story {seed}\n{shorter or broken}") from None
            done, seed = done + steps, seed + 1
