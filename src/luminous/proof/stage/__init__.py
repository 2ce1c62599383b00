"""The real thing on a stage: a PostgreSQL and programs of our own, and a WhatsApp that is only played.

amina = Person("Amina", "256782240146")
async with scratch() as database, FakeGraph().serving() as graph_url:
    shop = StageSettings(database.url, graph_url)
    async with program("serve", shop, logs) as server, Poster(server.port, shop.app_secret) as poster:
        assert await poster.post(webhook([text(amina, "wamid.1", "Hello")])) == 200
"""

from luminous.proof.stage.bodies import Message, Person, status, text, webhook
from luminous.proof.stage.graph import ANSWERED, FakeGraph, Fault, Sent
from luminous.proof.stage.posting import NoAnswer, Poster
from luminous.proof.stage.programs import Program, StageSettings, free_port, program
from luminous.proof.stage.scratch import Scratch, scratch

__all__ = [
    "ANSWERED",
    "FakeGraph",
    "Fault",
    "Message",
    "NoAnswer",
    "Person",
    "Poster",
    "Program",
    "Scratch",
    "Sent",
    "StageSettings",
    "free_port",
    "program",
    "scratch",
    "status",
    "text",
    "webhook",
]
