"""What to do about a message, and every text that we send."""

from luminous.replies.decide import Act, Context, HandOver, Say, SetConsent, Shop, Step, TakeNumber, decide

__all__ = ["Act", "Context", "HandOver", "Say", "SetConsent", "Shop", "Step", "TakeNumber", "decide"]
