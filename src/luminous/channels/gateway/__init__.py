"""The Luminous gateway: WhatsApp through somebody else's account, with phone numbers and text only.

Its wire format has no public documentation; what is taken here was seen in use (October 2025).
"""
