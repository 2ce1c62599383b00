"""Every figure, in the order of the report. A name is what `figures.json` calls it."""

from luminous.proof.bench.figures import Figure


def _of_intake(mix: str, who: str) -> tuple[Figure, ...]:
    name = f"intake.{mix}"
    return (
        Figure("intake", name, "messages/s", f"{who}: HTTP in to commit"),
        Figure("intake", f"{name}.pgbench", "messages/s", f"{who}: pgbench, one message per transaction"),
        Figure("intake", f"{name}.usual_way", "messages/s", f"{who}: separate statements from threads"),
        Figure(
            "intake",
            f"{name}.to_pgbench",
            "×",
            f"{who}: intake to pgbench's best",
            at_least=1.0,
            over=(name, f"{name}.pgbench"),
        ),
        Figure(
            "intake",
            f"{name}.to_usual_way",
            "×",
            f"{who}: intake to the usual way",
            over=(name, f"{name}.usual_way"),
        ),
        Figure("intake", f"{name}.p50", "ms", f"{who}: p50 at full load"),
        Figure("intake", f"{name}.p99", "ms", f"{who}: p99 at full load"),
        Figure(
            "intake",
            f"{name}.p99_at_half",
            "ms",
            f"{who}: p99 at half of that load",
            at_most=50,
        ),
        Figure("intake", f"{name}.generator", "cores", f"{who}: what the load generator took"),
    )


FIGURES: tuple[Figure, ...] = (
    *_of_intake("returning", "returning customers"),
    *_of_intake("new", "new customers"),
    Figure("lookup", "lookup.few", "ms", "resolve_customer among few customers"),
    Figure("lookup", "lookup.many", "ms", "resolve_customer among many customers"),
    Figure(
        "lookup",
        "lookup.many_to_few",
        "×",
        "lookup among many to lookup among few",
        at_most=1.5,
        over=("lookup.many", "lookup.few"),
    ),
    Figure("lookup", "lookup.bytes", "bytes", "a customer, with identifiers, subscription and conversation"),
    Figure("reply", "reply.idle.p50", "ms", "webhook in to reply out, idle: p50", at_most=25),
    Figure("reply", "reply.idle.p99", "ms", "webhook in to reply out, idle: p99"),
    Figure("reply", "reply.busy.p50", "ms", "webhook in to reply out, busy: p50"),
    Figure("reply", "reply.busy.p99", "ms", "webhook in to reply out, busy: p99"),
    Figure("answering", "answering.one", "messages/s", "answered by one worker process"),
    Figure("answering", "answering.two", "messages/s", "answered by two worker processes"),
    Figure(
        "answering",
        "answering.two_to_one",
        "×",
        "answering, two processes to one",
        over=("answering.two", "answering.one"),
    ),
    Figure("delivery", "delivery.one", "messages/s", "delivered by one worker process"),
    Figure("delivery", "delivery.two", "messages/s", "delivered by two worker processes"),
    Figure(
        "delivery",
        "delivery.two_to_one",
        "×",
        "delivery, two processes to one",
        over=("delivery.two", "delivery.one"),
    ),
    Figure("memory", "memory.early", "MB", "a serving process after the first tenth of its messages"),
    Figure("memory", "memory.late", "MB", "the same process after all of them"),
    Figure(
        "memory",
        "memory.late_to_early",
        "×",
        "memory of that process, late to early",
        at_least=0.9,
        at_most=1.1,
        over=("memory.late", "memory.early"),
    ),
)
