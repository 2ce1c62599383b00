"""The figures as a picture: one bar each, with the lowest and the highest round on it."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from luminous.proof.bench.figures import Part, Result, Unit, shown

WIDTH, LABELS, BARS, ROW = 1000, 470, 380, 24  # pixels
COLOURS = {"": "#5b7fa6", "✓": "#3f8f5b", "✗": "#c0504d"}
TITLES: dict[Unit, str] = {
    "messages/s": "messages a second",
    "ms": "milliseconds",
    "×": "ratios, with their budgets",
}


def plot(results: Sequence[Result]) -> str:
    """An SVG document with a group of bars, on a scale of its own, for each part and unit."""
    seen = sorted(
        (result for result in results if result.values and result.figure.unit in TITLES), key=_group
    )
    pieces: list[str] = []
    y = 0
    for (part, unit), group in groupby(seen, _group):
        bars = list(group)
        y += 2 * ROW
        pieces.append(f'<text x="10" y="{y}" font-weight="bold">{part}: {TITLES[unit]}</text>')
        scale = BARS * 0.7 / max(max([*result.values, *_budgets(result)]) for result in bars)
        for result in bars:
            y += ROW
            pieces += _bar(result, y, scale)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + ROW}" '
        f'viewBox="0 0 {WIDTH} {y + ROW}" font-family="sans-serif" font-size="13">'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *pieces, "</svg>\n"])


def _group(result: Result) -> tuple[Part, Unit]:
    return result.figure.part, result.figure.unit


def _budgets(result: Result) -> list[float]:
    return [each for each in (result.figure.at_least, result.figure.at_most) if each is not None]


def _bar(result: Result, y: int, scale: float) -> Iterator[str]:
    """One row: its name, the bar up to the median, the spread as a thin line, the budget, the value."""
    figure, middle = result.figure, result.median or 0
    low, high = LABELS + min(result.values) * scale, LABELS + max(result.values) * scale
    at = [LABELS + budget * scale for budget in _budgets(result)]
    yield f'<text x="{LABELS - 8}" y="{y}" text-anchor="end">{escape(figure.meaning)}</text>'
    box = f'x="{LABELS}" y="{y - 12}" width="{middle * scale:.1f}" height="15"'
    yield f'<rect {box} fill="{COLOURS[result.verdict]}"/>'
    yield f'<line x1="{low:.1f}" y1="{y - 4}" x2="{high:.1f}" y2="{y - 4}" stroke="black"/>'
    for x in at:
        place = f'x1="{x:.1f}" y1="{y - 15}" x2="{x:.1f}" y2="{y + 5}"'
        yield f'<line {place} stroke="#222" stroke-dasharray="3 2"/>'
    yield f'<text x="{max(high, *at, LABELS) + 6:.1f}" y="{y}">{escape(shown(middle, figure.unit))}</text>'
