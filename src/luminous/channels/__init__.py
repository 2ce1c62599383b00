"""The providers that carry messages. A provider's words and shapes stop inside its folder.

Every channel parses calls into events (`luminous.messages`) and sends an `Outgoing`; it imports no
room and no walk, so that what a message means is decided in one place only.
"""
