"""The walk of a letter: mail.claim (committed) → the mail server (no transaction) → sent, again, or not."""

from datetime import timedelta
from functools import partial
from typing import Protocol

from luminous import mail
from luminous.db import Begin, again
from luminous.errors import MailFailed
from luminous.log import log
from luminous.mail import Letter

TRIES = 12  # within the time that the letter is good for


class Mailer(Protocol):
    """A way to people's mailboxes."""

    async def send(self, letter: Letter) -> None:
        """Hand it over, within half a minute. Raises MailFailed."""
        ...


async def post_next(begin: Begin, mailer: Mailer) -> bool:
    """Send one letter that is due. Returns False when none is."""
    async with begin() as conn:
        letter = await mail.claim(conn)
    if letter is None:
        return False
    try:
        await mailer.send(letter)
    except MailFailed as failure:
        if failure.is_final or letter.attempts >= TRIES:
            await again(begin, partial(mail.failed, letter_id=letter.id, reason=str(failure)))
        else:
            after = timedelta(seconds=min(4**letter.attempts, 300))
            await again(begin, partial(mail.try_again, letter_id=letter.id, reason=str(failure), after=after))
        log.warning("mail not sent", mail_id=letter.id, attempt=letter.attempts, is_final=failure.is_final)
    else:
        await again(begin, partial(mail.sent, letter_id=letter.id))
        log.info("mail sent", mail_id=letter.id, attempt=letter.attempts)
    return True
