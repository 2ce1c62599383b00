"""Documents that look like the shop's: one letter paper for quotations and receipts."""

from luminous.documents.paper import Paper

__all__ = ["Paper", "render"]


def render(paper: Paper) -> bytes:
    """The document as PDF: the same bytes for the same paper."""
    from luminous.documents.drawing import draw  # reportlab takes its time to load: until the first document

    return draw(paper)
