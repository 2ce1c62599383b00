"""How fast the software is on this machine."""

import asyncio
import json
import signal
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from luminous.cli.output import AsJson, console, print_json, print_table
from luminous.errors import LuminousError
from luminous.proof.bench import (
    HEAD,
    PARTS,
    Part,
    Report,
    Say,
    Sizes,
    broken_budgets,
    plot,
    to_json,
    to_markdown,
    to_rows,
)
from luminous.proof.bench import bench as measure

QUICK = Sizes(
    rounds=3,
    seconds=1,
    people=10_000,
    many_customers=100_000,
    exchanges=20,
    backlog=300,
    early_messages=2_000,
    late_messages=20_000,
)


def bench(
    parts: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join(PARTS)}; all of them when none is named.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller and shorter: to see that it runs.")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds: 5, quick 3.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Of each load: 3, quick 1.")] = None,
    customers: Annotated[
        int | None, typer.Option(min=1_000, help="Among how many to look up: 5,000,000, quick 100,000.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="End after so many, with what there is.")] = 45,
    out: Annotated[
        Path | None, typer.Option(help="Write figures.json, figures.md and plot.svg into this directory.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table for a document.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure on a PostgreSQL of its own, beside what the database alone reaches.

    A budget that is missed, or a figure that was not reached in time, exits with 1.
    """
    asked = {"rounds": rounds, "seconds": seconds, "many_customers": customers}
    sizes = replace(QUICK if quick else Sizes(), **{k: v for k, v in asked.items() if v is not None})
    with progress() as say:
        report = run(measure(chosen(parts), sizes, minutes=minutes, say=say))
    if out is not None:
        write(report, out)
    if as_json:
        print_json(to_json(report))
    elif markdown:
        typer.echo(to_markdown(report))
    else:
        show(report)
    if not report.is_good:
        raise typer.Exit(1)


def chosen(parts: list[str] | None) -> list[Part]:
    """The parts that were named, in their usual order; without any, all."""
    unknown = [part for part in parts or () if part not in PARTS]
    if unknown:
        raise LuminousError(f"There is no part {unknown[0]}. The parts are {', '.join(PARTS)}.")
    return [part for part in PARTS if not parts or part in parts]


@contextmanager
def progress() -> Generator[Say]:
    """A bar on standard error, gone at the end."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=2) as bar:
        task = bar.add_task("")
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of or None)


def run(measuring: Coroutine[None, None, Report]) -> Report:
    """On the quickest loop; SIGTERM ends it as cleanly as Ctrl-C does, its PostgreSQL with it."""

    async def until_told() -> Report:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await measuring

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(until_told())
        except asyncio.CancelledError:
            raise LuminousError("The measuring was ended before its time; nothing is reported.") from None


def write(report: Report, directory: Path) -> None:
    """The figures, a table and a picture of them, as files."""
    directory.mkdir(parents=True, exist_ok=True)
    figures = json.dumps(to_json(report), indent=2, ensure_ascii=False)
    (directory / "figures.json").write_text(figures + "\n", "utf-8")
    (directory / "figures.md").write_text(to_markdown(report) + "\n", "utf-8")
    (directory / "plot.svg").write_text(plot(report.results), "utf-8")


def show(report: Report) -> None:
    """The figures for a person, and below them what is not as it should be."""
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    print_table(f"Measured on {machine}", HEAD, to_rows(report))
    for note in report.notes:
        console.print(f"[yellow]![/] {note}")
    for sentence in broken_budgets(report.results):
        console.print(f"[red]✗[/] {sentence}")
