"""A QR code that leads to the shop on WhatsApp, drawn in lines: sharp at any size."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (reportlab is typed in part)

import segno
from reportlab.lib.colors import black
from reportlab.platypus import Flowable

QUIET = 4  # modules of white around a code, as ISO/IEC 18004 asks for


class WayBack(Flowable):
    """The code of an address, which can also be clicked."""

    def __init__(self, address: str, size: float) -> None:
        super().__init__()
        self.address = address
        self.width = self.height = size
        self.modules = [list(row) for row in segno.make(address, error="m", micro=False).matrix]

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 - reportlab's names
        """How much room it takes."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw every dark module as a square."""
        module = self.width / (len(self.modules) + 2 * QUIET)
        self.canv.setFillColor(black)
        for down, row in enumerate(self.modules):
            for across, dark in enumerate(row):
                if dark:
                    x, y = (across + QUIET) * module, self.height - (down + QUIET + 1) * module
                    self.canv.rect(x, y, module, module, stroke=0, fill=1)
        self.canv.linkURL(self.address, (0, 0, self.width, self.height), relative=1)
