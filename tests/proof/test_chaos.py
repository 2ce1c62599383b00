"""`luminous chaos`: nothing is lost or done twice while everything dies, and if it were, it would be seen."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from luminous.proof.chaos import Plan, play
from luminous.proof.chaos.crowd import Crowd, addresses, gather
from luminous.proof.chaos.kills import VICTIMS
from luminous.proof.chaos.ledger import Ledger
from luminous.proof.chaos.seen import Owed, Seen, Taken
from luminous.proof.chaos.verdict import judge
from luminous.proof.stage.graph import ANSWERED, DROPPED, Fault, Sent
from tests.test_up import luminous

NOW = 1_795_680_000  # Unix seconds


async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice_while_everything_is_killed(
    tmp_path: Path,
) -> None:
    plan = Plan(seed=1, webhooks=2_000, minutes=5 / 60, kill_pause=(0.2, 0.6), hurried=True)

    outcome = await play(plan, tmp_path, lambda _: None)

    assert [finding for finding in outcome.findings if finding.verdict != "✓"] == []
    assert {victim for victim in VICTIMS if outcome.counts.get(f"killed: {victim}", 0) == 0} == set()
    noted = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert len(noted) == outcome.counts["webhooks answered: 200"]


def test_ledger_of_another_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_text("precious")

    result = luminous(tmp_path, "chaos", "--seed", "7", "--logs", str(tmp_path))

    assert result.returncode == 1
    assert "Seed 7." in result.stderr
    assert "the ledger of another run" in result.stderr
    assert (tmp_path / "ledger.jsonl").read_text() == "precious"


def test_same_seed_gives_the_same_webhooks_and_another_seed_others() -> None:
    plan = Plan(seed=7, webhooks=300)

    assert gather(plan, NOW) == gather(plan, NOW)
    assert gather(plan, NOW) != gather(replace(plan, seed=8), NOW)


def test_no_two_people_of_the_crowd_share_an_identifier() -> None:
    everybody = [addresses(writer) for writer in range(1_000)]

    assert len(frozenset[str]().union(*everybody)) == 2_000


AMINA, BRIAN = uuid4(), uuid4()
CROWD = Crowd((), {"wamid.1": 0, "wamid.2": 0, "wamid.3": 2})


def sent(row: int, at: float, fault: Fault = ANSWERED, to: str = "+256772000000") -> Sent:
    return Sent(row, f"wamid.out.{row}.{at}", f"luminous:{row}", to, "Hello", at, fault.name)


# Two customers, three messages, two replies to the one and one to the other; one went twice, rightly.
HEALTHY = Seen(
    acknowledged=frozenset(("wamid.1", "wamid.2")),
    answered_at=[0.0, 1.0],
    told_at={2: 60.0},
    customers=frozenset((AMINA, BRIAN)),
    inbox=[Taken("wamid.1", AMINA, True), Taken("wamid.2", AMINA, False), Taken("wamid.3", BRIAN, True)],
    outbox={1: Owed(1, AMINA, "accepted", 1), 2: Owed(2, AMINA, "read", 0), 3: Owed(3, BRIAN, "dead", 2)},
    sent=[sent(1, 1, DROPPED), sent(1, 50), sent(2, 51), sent(3, 52, to="UG.1000000000002")],
    killed_at=[10.0],
)


def with_sent(*more: Sent) -> Seen:
    return replace(HEALTHY, sent=[*HEALTHY.sent, *more])


def with_taken(number: int, message: Taken) -> Seen:
    return replace(HEALTHY, inbox=[*HEALTHY.inbox[:number], message, *HEALTHY.inbox[number + 1 :]])


def with_owed(row: Owed) -> Seen:
    return replace(HEALTHY, outbox={**HEALTHY.outbox, row.id: row})


VIOLATIONS: dict[str, tuple[Seen, str]] = {
    "No acknowledged message is lost": (
        replace(HEALTHY, acknowledged=HEALTHY.acknowledged | {"wamid.9"}),
        "1: wamid.9",
    ),
    "Every message is stored exactly once": (
        replace(HEALTHY, inbox=[*HEALTHY.inbox, Taken("wamid.2", AMINA, False)]),
        "1: wamid.2",
    ),
    "Each person is one live customer": (
        replace(HEALTHY, customers=HEALTHY.customers | {UUID(int=7)}),
        f"customer {UUID(int=7)}",
    ),
    "Each customer is new once": (with_taken(1, Taken("wamid.2", AMINA, True)), f"1: {AMINA}"),
    "Each reply goes to the person whom it answers": (
        replace(HEALTHY, sent=[*HEALTHY.sent[:3], sent(3, 52, to="+256772000000")]),
        "1: wamid.out.3.52",
    ),
    "Each reply was accepted, and really went, or is with staff": (
        with_owed(Owed(4, AMINA, "delivered", 0)),
        "1: 4 delivered",
    ),
    "Each customer's replies arrive in order": (
        replace(
            with_sent(sent(1, 53)),
            outbox={**HEALTHY.outbox, 1: Owed(1, AMINA, "accepted", 2)},
            killed_at=[50],
        ),
        "1: 1 after 2",
    ),
    "A reply goes twice only where its first end was not known": (
        replace(with_sent(sent(2, 52)), outbox={**HEALTHY.outbox, 2: Owed(2, AMINA, "read", 1)}),
        "1: 2 without a kill near its first sending",
    ),
    "No reply goes again once its status came": (
        replace(
            with_sent(sent(2, 90)), outbox={**HEALTHY.outbox, 2: Owed(2, AMINA, "read", 1)}, killed_at=[51]
        ),
        "1: 2",
    ),
}


def test_run_in_which_nothing_went_wrong_is_judged_so() -> None:
    assert [finding for finding in judge(CROWD, HEALTHY) if finding.verdict != "✓"] == []
    assert [finding.item for finding in judge(CROWD, HEALTHY)] == list(VIOLATIONS)


@pytest.mark.parametrize(("item", "planted"), VIOLATIONS.items(), ids=VIOLATIONS)
def test_each_violation_is_seen_and_named_on_its_line_alone(item: str, planted: tuple[Seen, str]) -> None:
    seen, evidence = planted

    wrong = {finding.item: finding.evidence for finding in judge(CROWD, seen) if finding.verdict == "✗"}

    assert wrong.keys() == {item}
    assert evidence in wrong[item]


def test_message_that_went_more_often_than_it_was_in_doubt_is_seen() -> None:
    assert twice(with_owed(Owed(1, AMINA, "accepted", 0))) == "1: 1 more often than it was in doubt"


def test_person_who_became_two_customers_is_seen() -> None:
    seen = replace(
        with_taken(1, Taken("wamid.2", UUID(int=7), True)), customers=HEALTHY.customers | {UUID(int=7)}
    )

    (person,) = [finding for finding in judge(CROWD, seen) if finding.verdict == "✗"]

    assert person.item == "Each person is one live customer"
    assert "person 0" in person.evidence


def twice(seen: Seen) -> str:
    """What is said of replies that went twice."""
    (line,) = [line for line in judge(CROWD, seen) if line.item.startswith("A reply goes twice")]
    return line.evidence


def test_ledger_is_on_disk_after_every_note(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.note(("wamid.1", "wamid.2"), None)
        assert len(path.read_text().splitlines()) == 1
        ledger.note((), "luminous:3")
        read = ledger.read()

    assert [(entry.wamids, entry.outbox_data) for entry in read] == [
        (("wamid.1", "wamid.2"), None),
        ((), "luminous:3"),
    ]
