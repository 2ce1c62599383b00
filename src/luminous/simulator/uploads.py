"""Files that the shop uploads to send them: checked and kept as by Meta.

`POST /{phone_number_id}/media`, a form with `messaging_product`, `type` and `file`, answers with an id
(WhatsApp Cloud API, media).
"""

from collections.abc import Iterator

from fastapi import UploadFile

from luminous.simulator import filetypes, media, refusals
from luminous.simulator.network import Network
from luminous.simulator.refusals import Refusal
from luminous.simulator.sending import Answer, refuse
from luminous.simulator.store import Store
from luminous.text import Json

Object = dict[str, Json]
LARGEST_UPLOAD = 101 * filetypes.MB
KEPT_DAYS = 30


def take(network: Network, product: str, claimed: str, file: UploadFile | None, content: bytes) -> Answer:
    """Keep an upload, or say what is wrong with it."""
    if product != "whatsapp":
        return refuse(refusals.invalid("The parameter messaging_product is required and must be whatsapp."))
    if file is None:
        return refuse(refusals.missing("The parameter file is required."))
    found = filetypes.type_of(content, claimed or file.content_type or "")
    if found is None:
        kinds = ", ".join(sorted(filetypes.KINDS))
        return refuse(
            refusals.invalid(f"Param file must be a file with one of the following types: {kinds}.")
        )
    if not 0 < len(content) <= found.largest:
        return refuse(
            refusals.bad_file(
                f"The file has {len(content)} bytes; of this kind 1 to {found.largest} may come."
            )
        )
    kept = media.keep(network.store, content, found.mime_type, network.now())
    return Answer(200, {"id": kept.id})


def refusal(store: Store, call: Object, now: float) -> Refusal | None:
    """Why a message cannot go with the files that it names; None when it can, or names none."""
    for kind, media_id in _named(call):
        file = media.by_id(store, media_id)
        if file is None or now - file.created_at > KEPT_DAYS * 24 * 3600:
            return refusals.bad_value(f"Media with id {media_id[:40]} does not exist or has expired.")
        is_fit = filetypes.KINDS.get(file.mime_type) == kind or kind == "document"
        if not is_fit:
            return refusals.bad_file(f"A {file.mime_type} file cannot be sent as {kind}.")
    return None


def _named(call: Object) -> Iterator[tuple[str, str]]:
    """The kind and id of every uploaded file in a message: its own, and its header's."""
    kind = call.get("type")
    own = call.get(kind) if isinstance(kind, str) else None
    if not isinstance(own, dict):
        return
    header = own.get("header")
    holders = {str(kind): own}
    if isinstance(header, dict):
        holders = {each: value for each, value in header.items() if isinstance(value, dict)}
    for each, holder in holders.items():
        if each in filetypes.LARGEST and isinstance(media_id := holder.get("id"), str):
            yield each, media_id
