"""What many rounds say together, and what `luminous bench` says and does about it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from luminous.cli import app
from luminous.cli import measuring as command
from luminous.proof.bench import Part, Report, Say, Sizes, plot, to_json, to_markdown
from luminous.proof.bench.catalogue import FIGURES
from luminous.proof.bench.figures import Figure, Round, per_day, results, shown

OURS = Figure("intake", "ours", "messages/s", "ours")
TO_THEIRS = Figure("intake", "to_theirs", "×", "ours to theirs", at_least=1.0, over=("ours", "theirs"))
WAIT = Figure("reply", "wait", "ms", "until the reply", at_most=25)
ALL: list[Part] = ["intake", "reply"]


def reported(*rounds: Round, out_of_time: bool = False) -> Report:
    found = results([OURS, TO_THEIRS, WAIT], ALL, rounds)
    return Report(datetime(2026, 11, 22, tzinfo=UTC), {"cores": "2"}, Sizes(), found, out_of_time)


GOOD = reported(
    {"ours": 900.0, "theirs": 600.0, "wait": 12.0}, {"ours": 1100.0, "theirs": 1000.0, "wait": 20.0}
)
SLOW = reported({"ours": 500.0, "theirs": 1000.0, "wait": 26.0})


def test_ratio_is_taken_in_each_round_and_then_the_middle_one() -> None:
    rounds = [{"ours": 90.0, "theirs": 100.0}, {"ours": 30.0, "theirs": 10.0}, {"ours": 11.0, "theirs": 10.0}]

    _, ratio, _ = results([OURS, TO_THEIRS, WAIT], ALL, rounds)

    assert ratio.values == [0.9, 3.0, 1.1]
    assert (ratio.median, ratio.verdict) == (1.1, "✓")  # of the medians it would be 30 / 10


def test_round_that_did_not_measure_both_has_no_ratio() -> None:
    (ratio,) = results([TO_THEIRS], ALL, [{"ours": 10.0}, {"ours": 10.0, "theirs": 5.0}, {}])

    assert ratio.values == [2.0]


@pytest.mark.parametrize(("value", "verdict"), [(0.999, "✗"), (1.0, "✓"), (7.0, "✓")])
def test_budget_is_kept_at_its_very_edge(value: float, verdict: str) -> None:
    (ratio,) = results([TO_THEIRS], ALL, [{"ours": value, "theirs": 1.0}])

    assert ratio.verdict == verdict


def test_memory_is_to_stay_flat_both_ways() -> None:
    flat = next(figure for figure in FIGURES if figure.name == "memory.late_to_early")

    verdicts = [
        results([flat], ["memory"], [{"memory.late": mb, "memory.early": 100.0}])[0].verdict
        for mb in (89.0, 91.0, 109.0, 111.0)
    ]

    assert verdicts == ["✗", "✓", "✓", "✗"]


def test_budget_that_was_not_measured_is_not_kept() -> None:
    missing = reported({"wait": 3.0}, out_of_time=True)

    assert [(result.figure.name, result.verdict) for result in missing.results] == [
        ("ours", ""),
        ("to_theirs", "✗"),
        ("wait", "✓"),
    ]
    assert not missing.is_good


def test_load_generator_at_its_limit_is_said() -> None:
    generator = Figure("intake", "intake.generator", "cores", "the load generator")
    found = results([generator], ALL, [{"intake.generator": 0.97}])

    (note,) = Report(datetime.now(UTC), {}, Sizes(), found, out_of_time=False).notes

    assert "0.97 cores: the generator may be the limit" in note


def test_names_of_figures_are_unique_and_ratios_are_of_figures() -> None:
    names = [figure.name for figure in FIGURES]

    assert len(set(names)) == len(names)
    assert {name for figure in FIGURES for name in figure.over or ()} <= set(names)


def test_values_are_said_in_as_many_digits_as_they_deserve() -> None:
    assert [shown(value, "ms") for value in (0.0741, 12.34, 1234.5)] == ["0.07 ms", "12.3 ms", "1,234 ms"]
    assert [per_day(value) for value in (20.0, 11_600.0)] == ["1.7 million", "1,002 million"]


def test_picture_is_well_formed_and_shows_every_figure() -> None:
    picture = ElementTree.fromstring(plot(SLOW.results))  # noqa: S314 - our own

    texts = [text.text for text in picture.iter() if text.text]

    assert {"ours", "ours to theirs", "until the reply", "500 messages/s"} <= set(texts)


def luminous(monkeypatch: pytest.MonkeyPatch, found: Report, *words: str) -> Result:
    """`luminous bench` with a run that found this; notes what was asked of it."""

    async def measure(parts: Sequence[Part], sizes: Sizes, *, minutes: float, say: Say) -> Report:
        say("measuring", 1, 2)
        asked.append((list(parts), sizes, minutes))
        return found

    asked.clear()
    monkeypatch.setattr(command, "measure", measure)
    return CliRunner().invoke(app, ["bench", *words])


asked: list[tuple[list[Part], Sizes, float]] = []


def test_kept_budgets_exit_with_0_and_missed_ones_with_1_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert luminous(monkeypatch, GOOD).exit_code == 0

    missed = luminous(monkeypatch, SLOW)

    assert missed.exit_code == 1
    assert "✗ to_theirs: 0.50 ×, budget ≥ 1 ×" in missed.stdout
    assert "✗ wait: 26.0 ms, budget ≤ 25 ms" in missed.stdout


def test_program_reads_the_same_figures_and_the_same_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    missed = luminous(monkeypatch, SLOW, "--json")

    assert missed.exit_code == 1
    assert json.loads(missed.stdout) == json.loads(json.dumps(to_json(SLOW)))


def test_figures_table_and_picture_are_written_beside_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    printed = luminous(monkeypatch, GOOD, "--out", str(tmp_path / "new/here"), "--markdown").stdout

    assert sorted(file.name for file in (tmp_path / "new/here").iterdir()) == [
        "figures.json",
        "figures.md",
        "plot.svg",
    ]
    assert (tmp_path / "new/here/figures.md").read_text() == printed == to_markdown(GOOD) + "\n"
    assert "| ✓ | ours to theirs | 1.30 × | 1.10 – 1.50 |  | ≥ 1 × |" in printed


def test_parts_and_sizes_are_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    luminous(monkeypatch, GOOD)
    assert asked == [(["intake", "lookup", "reply", "answering", "delivery", "memory"], Sizes(), 45)]

    luminous(monkeypatch, GOOD, "reply", "intake", "--quick", "--rounds", "7", "--customers", "2000")
    ((parts, sizes, _),) = asked
    assert parts == ["intake", "reply"]
    assert (sizes.rounds, sizes.many_customers, sizes.seconds) == (7, 2_000, 1)

    unknown = luminous(monkeypatch, GOOD, "speed")
    assert (unknown.exit_code, asked) == (1, [])
    assert "no part speed" in str(unknown.exception)
