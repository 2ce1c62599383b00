"""One run: the chosen parts on one scratch PostgreSQL, all measures in turn, round after round."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from luminous.errors import LuminousError
from luminous.proof.bench.catalogue import FIGURES
from luminous.proof.bench.figures import Part, results
from luminous.proof.bench.ground import Ground, Measure, Sizes
from luminous.proof.bench.intake import intake
from luminous.proof.bench.lookup import lookup
from luminous.proof.bench.machine import machine
from luminous.proof.bench.memory import memory
from luminous.proof.bench.reply import reply
from luminous.proof.bench.report import Report
from luminous.proof.bench.walks import answering, delivery
from luminous.proof.stage import scratch

Say = Callable[[str, int, int], None]  # what goes on, how many measures are done, of how many

PARTS: Mapping[Part, Callable[[Ground], AbstractAsyncContextManager[list[Measure]]]] = {
    "intake": intake,
    "lookup": lookup,
    "reply": reply,
    "answering": answering,
    "delivery": delivery,
    "memory": memory,
}


async def bench(parts: Sequence[Part], sizes: Sizes, *, minutes: float, say: Say) -> Report:
    """Measure these parts within so many minutes, and report what was measured by then.

    Raises LuminousError when a part cannot be measured at all.
    """
    begun_at = datetime.now(UTC)
    rounds: list[dict[str, float]] = [{} for _ in range(sizes.rounds)]
    say("starting PostgreSQL", 0, 0)
    with _log_directory() as directory:
        async with scratch() as server:
            bound = asyncio.timeout(60 * minutes)
            try:
                async with bound:
                    await _measure(parts, Ground(server, directory, sizes), rounds, say)
            except TimeoutError:
                if not bound.expired():
                    raise
            found = results(FIGURES, parts, rounds)
            return Report(begun_at, machine(server), sizes, found, out_of_time=bound.expired())


async def _measure(parts: Sequence[Part], ground: Ground, rounds: list[dict[str, float]], say: Say) -> None:
    """Fill the rounds. Whatever is compared is measured in turn, so that a slow minute meets all of it."""
    async with AsyncExitStack() as stack:
        measures: list[Measure] = []
        for part in parts:
            say(f"preparing {part}", 0, 0)
            measures += await stack.enter_async_context(PARTS[part](ground))
        turns = [(one, each) for one in rounds for each in measures if one is rounds[0] or not each.once]
        for done, (one, measure) in enumerate(turns):
            say(measure.name, done, len(turns))
            try:
                one |= await measure.take()
            except TimeoutError as error:
                raise LuminousError(f"The measure “{measure.name}” did not come to its end.") from error
        say("done", len(turns), len(turns))


@contextmanager
def _log_directory() -> Generator[Path]:
    """Where the programs run and write their logs. Kept when a measure failed, to be read."""
    directory = Path(tempfile.mkdtemp(prefix="luminous-bench-"))
    try:
        yield directory
    except LuminousError as error:
        if str(directory) in str(error):
            raise
        raise LuminousError(f"{error} The logs of the programs are in {directory}.") from error
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    shutil.rmtree(directory, ignore_errors=True)
