"""What to do about a message, and every text that we send."""

from luminous.replies.decide import Context, HandOver, Say, SetConsent, Shop, Step, decide

__all__ = ["Context", "HandOver", "Say", "SetConsent", "Shop", "Step", "decide"]
