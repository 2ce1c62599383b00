"""Plans that customers hold, and what these allow."""

from luminous.subscriptions.entitlements import Entitlements, entitlements
from luminous.subscriptions.plans import Plan, plans_on_sale

__all__ = ["Entitlements", "Plan", "entitlements", "plans_on_sale"]
