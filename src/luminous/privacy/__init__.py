"""What the shop knows of a person: shown to them, erased for them, and forgotten when its time is over.

Which table and column holds what, and what becomes of it, is `data_map` in the database.
"""

from luminous.privacy.erasure import erase, finish_erasures
from luminous.privacy.export import Export, Section, export
from luminous.privacy.page import as_json, as_page
from luminous.privacy.retention import forget_old
from luminous.privacy.suppression import suppressed

__all__ = [
    "Export",
    "Section",
    "as_json",
    "as_page",
    "erase",
    "export",
    "finish_erasures",
    "forget_old",
    "suppressed",
]
