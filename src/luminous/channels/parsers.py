"""The parser of each channel, for a body that is read again later."""

from collections.abc import Mapping

from luminous.channels.gateway import payload as gateway
from luminous.channels.meta import payload as meta
from luminous.inbound import Parse
from luminous.messages import ChannelName

PARSERS: Mapping[ChannelName, Parse] = {"meta": meta.parse, "gateway": gateway.parse}
