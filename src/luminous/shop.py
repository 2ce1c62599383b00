"""The shop as its settings describe it."""

from luminous.config import Settings
from luminous.replies import Shop
from luminous.website import site_of


def shop_of(settings: Settings) -> Shop:
    """The shop, as its customers know it."""
    return Shop(
        settings.shop_name,
        settings.timezone,
        settings.shop_language,
        settings.whatsapp_number,
        site_of(settings),
        region=settings.shop_region,
        takes_momo=settings.takes_momo,
        other_ways_to_pay=settings.other_ways_to_pay,
    )
