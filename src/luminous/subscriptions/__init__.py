"""Plans that customers hold, and what these allow."""

from luminous.subscriptions.entitlements import Entitlements, entitlements

__all__ = ["Entitlements", "entitlements"]
