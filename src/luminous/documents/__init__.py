"""Documents that look like the shop's: one letter paper for quotations and receipts."""

from luminous.documents.paper import Paper, render

__all__ = ["Paper", "render"]
