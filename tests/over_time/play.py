"""Playing: many short stories from seeds, and the shortest one that still breaks a promise."""

from collections.abc import Awaitable, Callable, Sequence
from random import Random

from .acts import (
    answers,
    arrive_at_once,
    arrives,
    changes_number,
    gets_number,
    hides_or_shows,
    loses_number,
    reinstalls,
    time_passes,
    writes,
)
from .desk import Desk
from .staff import merges, settles, slips
from .story import Broken, Story

Act = Callable[[Story, Random], Awaitable[bool]]  # False: there was nothing to do
Plan = Sequence[tuple[Act, int]]  # what happens, and the seed of its choices

HOW_OFTEN: dict[Act, int] = {
    writes: 34,
    arrives: 18,
    answers: 10,
    gets_number: 10,
    changes_number: 7,
    loses_number: 5,
    hides_or_shows: 4,
    reinstalls: 2,
    time_passes: 4,
    settles: 5,
    merges: 2,
    slips: 1,
    arrive_at_once: 2,
}
LENGTH = 40


def plan_of(seed: int) -> Plan:
    """The same plan for the same seed."""
    random = Random(seed)  # noqa: S311 - the same story every time
    acts = random.choices(list(HOW_OFTEN), list(HOW_OFTEN.values()), k=LENGTH)
    return [(gets_number, random.randrange(2**32)) for _ in range(3)] + [
        (act, random.randrange(2**32)) for act in acts
    ]


async def play(desk: Desk, plan: Plan) -> tuple[Story, int]:
    """Play a plan in a new shop; how many of its acts had something to do. Raises Broken."""
    await desk.empty()
    story = Story(desk)
    steps = 0
    try:
        for act, seed in plan:
            steps += await act(story, Random(seed))  # noqa: S311
        while story.world.under_way:
            steps += await arrives(story, Random(steps))  # noqa: S311
        await story.answer()
    except Broken:
        raise
    except Exception as error:
        raise Broken("\n".join([*story.told, "", f"BROKEN: {type(error).__name__}: {error}"])) from error
    return story, steps


async def shortest(desk: Desk, plan: Plan, tries: int = 200) -> Broken | None:
    """The story of the shortest part of a plan that still breaks a promise."""
    broken = None
    size = len(plan) // 2
    while size and tries:
        start = 0
        while start < len(plan) and tries:
            shorter = [*plan[:start], *plan[start + size :]]
            tries -= 1
            try:
                await play(desk, shorter)
                start += size
            except Broken as found:
                plan, broken = shorter, found
        size //= 2
    return broken
