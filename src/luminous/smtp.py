"""The one way out for e-mail: a mail server that is set as SMTP_URL."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from luminous.errors import MailFailed, SettingsMissing
from luminous.mail import Letter

SECONDS = 20  # for each step of the conversation with the server


class Smtp:
    """A mail server: `smtps://name:password@host:465`, or `smtp://…:587`, encrypted where it offers that."""

    def __init__(self, url: str, sender: str, sender_name: str) -> None:
        """Raises SettingsMissing for an address that cannot work."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingsMissing("SMTP_URL is not an address like smtps://name:password@mail.example:465.")
        if "@" not in sender:
            raise SettingsMissing("MAIL_FROM is missing: the address that the shop's e-mail comes from.")
        self._host = parts.hostname
        self._is_wrapped = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._is_wrapped else 587)
        self._name, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender, self._sender_name = sender, sender_name

    async def send(self, letter: Letter) -> None:
        """Hand it to the server. Raises MailFailed; a refusal for good says so."""
        try:
            await asyncio.to_thread(self._hand_over, self._message(letter))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise MailFailed(
                f"The mail server refused the address ({codes}).", is_final=min(codes) >= 500
            ) from error
        except smtplib.SMTPResponseException as error:
            raise MailFailed(f"The mail server answered {error.smtp_code}.", is_final=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(
                f"The mail server cannot be used: {type(error).__name__}.", is_final=False
            ) from error

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = formataddr((self._sender_name, self._sender))
        message["To"] = letter.to_address
        message["Subject"] = letter.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(f"luminous-{letter.id}", self._sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
        return message

    def _hand_over(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self._is_wrapped:
            server = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        with server:
            server.ehlo()
            if not self._is_wrapped and server.has_extn("starttls"):
                server.starttls(context=context)
            elif self._name and not self._is_wrapped and self._host not in ("127.0.0.1", "localhost", "::1"):
                raise smtplib.SMTPNotSupportedError  # never a password in the clear
            if self._name:
                server.login(self._name, self._password)
            server.send_message(message)
