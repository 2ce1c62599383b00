"""Money as whole numbers of a currency's smallest unit, and the one way in which the shop rounds."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from luminous.errors import NoAmount

# ISO 4217: how many decimals a currency has, where it is not two.
DECIMALS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),  # noqa: SIM905 - codes read best as words
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
EXACT = Context(prec=100)  # more digits than any product of ours has

_AMOUNT = re.compile(r"(\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")


def decimals(currency: str) -> int:
    """How many decimals the currency has: 0 for shillings, 2 for dollars."""
    return DECIMALS.get(currency, 2)


def read_currency(text: str) -> str:
    """A currency code as a person types it. Raises NoAmount."""
    code = text.strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise NoAmount(f"“{text}” is not a currency. Write its three letters: USD, EUR, CNY, UGX.")
    return code


def read_amount(text: str, currency: str) -> int:
    """An amount as a person types it (`129.99`, `1,200,000`) in the smallest unit. Raises NoAmount."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise NoAmount(f"“{text}” is not an amount. Write it like 129.99 or 1,200,000.")
    whole, fraction = re.sub(r"\D", "", match[1]), (match[2] or "").rstrip("0")
    places = decimals(currency)
    if len(fraction) > places:
        raise NoAmount(f"{text} {currency} is more exact than {currency} can be: it has {places} decimals.")
    return int(whole + fraction.ljust(places, "0"))


def show(amount: int, currency: str) -> str:
    """An amount for people: `1,250,000 UGX`, `129.99 USD`."""
    return f"{number(amount, currency)} {currency}"


def number(amount: int, currency: str) -> str:
    """An amount without its currency: `1,250,000`, `129.99`, `-500`."""
    places = decimals(currency)
    return f"{Decimal(amount).scaleb(-places):,.{places}f}"


def in_units(amount: int, currency: str) -> Decimal:
    """The amount in whole units: 12999 cents are 129.99 dollars. Exact."""
    return Decimal(amount).scaleb(-decimals(currency), EXACT)


def rounded(amount: Decimal, step: int) -> int:
    """The nearest multiple of `step`; the middle goes away from zero. The shop's only rounding."""
    with localcontext(EXACT):
        return int((amount / step).quantize(Decimal(1), ROUND_HALF_UP)) * step


def percent_of(percent: Decimal, amount: int) -> Decimal:
    """So many percent of an amount, exact."""
    with localcontext(EXACT):
        return amount * percent / 100
