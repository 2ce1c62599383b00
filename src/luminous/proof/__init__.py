"""What the software says about itself, made checkable."""

from luminous.proof.verify import verify
from luminous.proof.verify_report import Finding

__all__ = ["Finding", "verify"]
