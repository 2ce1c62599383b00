"""What the software says about itself, made checkable."""

from luminous.proof.check import PATIENCE, Checked, check
from luminous.proof.verify import verify
from luminous.proof.verify_report import Finding

__all__ = ["PATIENCE", "Checked", "Finding", "check", "verify"]
