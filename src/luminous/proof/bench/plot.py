"""The figures as a picture: one bar each, with the lowest and the highest round on it."""

from collections.abc import Iterator, Sequence
from html import escape

from luminous.proof.bench.figures import Result, Unit, shown

WIDTH, LABELS, BARS, ROW = 960, 430, 360, 26
COLOURS = {"": "#5b7fa6", "✓": "#3f8f5b", "✗": "#c0504d"}
TITLES: tuple[tuple[Unit, str], ...] = (
    ("messages/s", "Messages a second"),
    ("ms", "Milliseconds"),
    ("×", "Ratios; the line is the budget"),
)


def plot(results: Sequence[Result]) -> str:
    """An SVG document with a group of bars for each unit."""
    pieces: list[str] = []
    y = 10
    for unit, title in TITLES:
        group = [result for result in results if result.figure.unit == unit and result.values]
        if not group:
            continue
        y += ROW
        pieces.append(f'<text x="10" y="{y}" font-weight="bold">{title}</text>')
        most = max(max(result.values) for result in group)
        for result in group:
            y += ROW
            pieces += _bar(result, y, BARS / most)
        y += ROW // 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + ROW}" '
        f'viewBox="0 0 {WIDTH} {y + ROW}" font-family="sans-serif" font-size="13">'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *pieces, "</svg>\n"])


def _bar(result: Result, y: int, scale: float) -> Iterator[str]:
    """One row: its name, the bar up to the median, the spread as a thin line, the value, the budget."""
    figure, middle = result.figure, result.median or 0
    low, high = LABELS + min(result.values) * scale, LABELS + max(result.values) * scale
    yield f'<text x="{LABELS - 8}" y="{y}" text-anchor="end">{escape(figure.meaning)}</text>'
    yield (
        f'<rect x="{LABELS}" y="{y - 13}" width="{middle * scale:.1f}" height="16" '
        f'fill="{COLOURS[result.verdict]}"/>'
    )
    yield f'<line x1="{low:.1f}" y1="{y - 5}" x2="{high:.1f}" y2="{y - 5}" stroke="black"/>'
    yield f'<text x="{max(high, LABELS) + 6:.1f}" y="{y}">{escape(shown(middle, figure.unit))}</text>'
    for budget in (figure.at_least, figure.at_most):
        if budget is not None and budget * scale <= BARS:
            x = f"{LABELS + budget * scale:.1f}"
            place = f'x1="{x}" y1="{y - 16}" x2="{x}" y2="{y + 5}"'
            yield f'<line {place} stroke="#c0504d" stroke-dasharray="3 2"/>'
