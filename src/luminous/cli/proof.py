"""What the software says about itself, made checkable."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from random import randrange
from tempfile import mkdtemp
from typing import Annotated

import typer
from rich.console import Console

from luminous import proof
from luminous.cli.ending import run
from luminous.cli.output import AsJson, print_json, print_table, settings_with_database
from luminous.keeping import storage_of
from luminous.proof.chaos import Plan, play


def verify(
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Leave out every check that writes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check live what a first message promises: a customer, a Guest plan, no duplicates. ✗ exits with 1."""
    settings = settings_with_database()
    findings = asyncio.run(
        proof.verify(settings.database_url, schema=settings.schema_to_set, read_only=read_only)
    )
    report("Verification", findings, as_json=as_json)


def check(
    patience: Annotated[
        int, typer.Option("--patience", min=0, help="Seconds that unfinished work may be old.")
    ] = int(proof.PATIENCE.total_seconds()),
    files: Annotated[
        bool, typer.Option("--files", help="Also read every stored file and compare its checksum.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check what must be true of the tables at any moment, reading only. ✗ exits with 1."""
    settings = settings_with_database()
    findings = asyncio.run(
        proof.check(
            settings.database_url,
            schema=settings.schema_to_set,
            patience=timedelta(seconds=patience),
            storage=storage_of(settings) if files else None,
        )
    )
    report("Invariants", findings, as_json=as_json)


def chaos(
    seed: Annotated[int | None, typer.Option(help="Of an earlier run, to repeat it; else drawn.")] = None,
    webhooks: Annotated[int, typer.Option(min=1, help="How many are sent.")] = 20_000,
    minutes: Annotated[float, typer.Option(min=0.1, help="For how long things are killed.")] = 8,
    logs: Annotated[Path | None, typer.Option(help="Directory for ledger and logs; else a new one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Kill servers, worker and PostgreSQL of a stage of its own under load, and count what was lost.

    A broken promise exits with 1.
    """
    plan = Plan(seed=randrange(10**6) if seed is None else seed, webhooks=webhooks, minutes=minutes)  # noqa: S311 - no secret
    directory = logs or Path(mkdtemp(prefix="luminous-chaos-"))
    directory.mkdir(parents=True, exist_ok=True)
    aside = Console(stderr=True, highlight=False)
    aside.print(f"Seed {plan.seed}. Ledger and logs are in {directory}.", soft_wrap=True)
    outcome = run(play(plan, directory, aside.print))
    if as_json:
        print_json({"seed": plan.seed, "logs": str(directory), **asdict(outcome)})
    else:
        print_table("What happened", ("", "times"), [(what, f"{n:,}") for what, n in outcome.counts.items()])
        print_findings(f"Chaos with seed {plan.seed}", outcome.findings)
    exit_with(outcome.findings)


def report(title: str, findings: Sequence[proof.Finding], *, as_json: bool) -> None:
    """Print what was found, in one manner for every proof. Exits with 1 on any ✗."""
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_findings(title, findings)
    exit_with(findings)


def print_findings(title: str, findings: Sequence[proof.Finding]) -> None:
    """A table for a person."""
    rows = [(finding.verdict, finding.item, finding.evidence) for finding in findings]
    print_table(title, ("", "item", "evidence"), rows)


def exit_with(findings: Sequence[proof.Finding]) -> None:
    """Exit with 1 on any ✗."""
    if any(finding.verdict == "✗" for finding in findings):
        raise typer.Exit(1)
