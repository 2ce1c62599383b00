"""E-mail that we owe, until it is sent."""

from luminous.mail.letters import Letter, claim, failed, forget_old_mail, owe, sent, try_again

__all__ = ["Letter", "claim", "failed", "forget_old_mail", "owe", "sent", "try_again"]
