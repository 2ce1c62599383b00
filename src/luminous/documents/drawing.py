"""How the letter paper is drawn: head, facts, a table of lines, a total, and a way back to WhatsApp.

The same paper gives the same bytes, today and in a year: nothing in it comes from the clock or from chance.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (reportlab is typed in part)

from io import BytesIO
from textwrap import wrap
from typing import Any

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from luminous.documents.letters import BOLD, REGULAR, markup, use_fonts, width, writable
from luminous.documents.paper import Paper
from luminous.documents.way_back import WayBack

INK, PALE, LINE, ACCENT = HexColor("#1d2733"), HexColor("#f3f5f8"), HexColor("#d5dbe3"), HexColor("#0b6e4f")
MARGIN, FOOT = 18 * mm, 16 * mm
WIDTH = A4[0] - 2 * MARGIN
BODY = 9.2
LONGEST_PIECE = 2000  # of one paragraph: a page can break between two


def draw(paper: Paper) -> bytes:
    """The document as PDF: the same bytes for the same paper."""
    use_fonts()
    output = BytesIO()
    document = BaseDocTemplate(
        output,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + FOOT,
        title=f"{writable(paper.title)} {writable(paper.number)}",
        author=writable(paper.shop_name),
        invariant=1,
    )
    frame = Frame(
        MARGIN,
        MARGIN + FOOT,
        WIDTH,
        A4[1] - 2 * MARGIN - FOOT,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    document.addPageTemplates(PageTemplate(frames=[frame]))

    def canvas(*arguments: Any, **options: Any) -> Canvas:
        return NumberedCanvas(paper, *arguments, **options)

    document.build(
        [*_head(paper), _facts(paper), Spacer(1, 7 * mm), _lines(paper), *_end(paper)], canvasmaker=canvas
    )
    return output.getvalue()


class NumberedCanvas(Canvas):
    """A canvas that knows at its end how many pages there are, and writes the foot of each then."""

    def __init__(self, paper: Paper, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "invariant": 1})
        self._paper = paper
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Keep the page until all are there."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # pyright: ignore[reportAttributeAccessIssue] - reportlab's own way to number pages

    def save(self) -> None:
        """Write every page with its foot."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _foot(self, number: int, pages: int) -> None:
        self.setStrokeColor(LINE)
        self.line(MARGIN, MARGIN + FOOT - 6 * mm, A4[0] - MARGIN, MARGIN + FOOT - 6 * mm)
        self.setFont(REGULAR, 7.5)
        self.setFillColor(INK)
        paper = self._paper
        left = f"{writable(paper.shop_name)} · {writable(paper.title)} {writable(paper.number)}"
        self.drawString(MARGIN, MARGIN + 4 * mm, left)
        self.drawRightString(
            A4[0] - MARGIN, MARGIN + 4 * mm, paper.page_words.format(page=number, pages=pages)
        )


def _style(
    size: float = BODY, *, bold: bool = False, colour: Color = INK, right: bool = False
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{bold}{right}",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=size * 1.35,
        textColor=colour,
        alignment=TA_RIGHT if right else 0,
        splitLongWords=1,
    )


def _head(paper: Paper) -> list[Flowable]:
    name = Paragraph(markup(paper.shop_name), _style(17, bold=True, colour=ACCENT))
    kind = [
        Paragraph(markup(paper.title).upper(), _style(10, bold=True, right=True)),
        Paragraph(markup(paper.number), _style(13, right=True)),
    ]
    head = Table([[name, kind]], colWidths=[WIDTH * 0.62, WIDTH * 0.38])
    head.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
                ("LINEBELOW", (0, 0), (-1, -1), 1.6, ACCENT),
            ]
        )
    )
    return [head, Spacer(1, 5 * mm)]


def _facts(paper: Paper) -> Flowable:
    label, value = _style(8, colour=HexColor("#5b6b7d")), _style(bold=True)
    widest = max(width(writable(name), 8) for name, _ in paper.facts) + 12
    rows = [[Paragraph(markup(name), label), Paragraph(markup(what), value)] for name, what in paper.facts]
    facts = Table(rows, colWidths=[widest, WIDTH - widest])
    facts.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ]
        )
    )
    return facts


def _lines(paper: Paper) -> Flowable:
    """The table: its head is on every page, the first column wraps, numbers stand to the right."""
    head = [
        Paragraph(markup(column), _style(8, bold=True, colour=white, right=number > 0))
        for number, column in enumerate(paper.columns)
    ]
    first, right = _style(), _style(right=True)
    rows = [
        [_wrapped(row[0], first), *(Paragraph(markup(cell), right) for cell in row[1:])] for row in paper.rows
    ]
    total = [
        Paragraph(markup(paper.total[0]), _style(10.5, bold=True)),
        Paragraph(markup(paper.total[1]), _style(10.5, bold=True, right=True)),  # over all columns of numbers
        *([""] * (len(paper.columns) - 2)),
    ]
    table = Table([head, *rows, total], colWidths=_widths(paper), repeatRows=1, splitInRow=1)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), ACCENT),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
                ("ROWBACKGROUNDS", (0, 1), (-1, -2), [white, PALE]),
                ("LINEBELOW", (0, 1), (-1, -2), 0.4, LINE),
                ("SPAN", (1, -1), (-1, -1)),
                ("LINEABOVE", (0, -1), (-1, -1), 1.2, INK),
                ("TOPPADDING", (0, 0), (-1, -1), 4.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
                ("TOPPADDING", (0, -1), (-1, -1), 7),
            ]
        )
    )
    return table


def _wrapped(text: str, style: ParagraphStyle) -> list[Paragraph]:
    pieces = wrap(writable(text), LONGEST_PIECE, break_on_hyphens=False) or [""]
    return [Paragraph(markup(piece), style) for piece in pieces]


def _widths(paper: Paper) -> list[float]:
    """Each column of numbers as wide as its widest one; the first has what is left."""
    others: list[float] = []
    for number in range(1, len(paper.columns)):
        cells = [width(writable(row[number]), BODY) for row in paper.rows]
        widest = max(
            [*cells, max(width(word, 8, bold=True) for word in [*paper.columns[number].split(), ""])]
        )
        others.append(widest + 14)
    return [WIDTH - sum(others), *others]


def _end(paper: Paper) -> list[Flowable]:
    """Notes and terms, and beside them the way back to WhatsApp."""
    said: list[Flowable] = []
    for heading, text in paper.paragraphs:
        if heading:
            said.append(Paragraph(markup(heading), _style(8.5, bold=True)))
        said += [*_wrapped(text, _style(8)), Spacer(1, 3 * mm)]
    if not paper.link:
        return [Spacer(1, 7 * mm), *said]
    code = WayBack(paper.link, 27 * mm)
    beside = [code, Paragraph(markup(paper.link_words), _style(7.5))]
    end = Table([[said or "", beside]], colWidths=[WIDTH - 40 * mm, 40 * mm], splitInRow=1)
    end.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, 0), 0),
                ("LEFTPADDING", (1, 0), (1, 0), 12),
            ]
        )
    )
    return [Spacer(1, 7 * mm), end]
