"""Buttons, lists and files for a channel that has none: lines of text that say which word to write.

A word, not a number: a word means the same under every message, so that nothing must be remembered
between the menu and the answer.
"""

from luminous.messages import Content


def in_words(content: Content) -> str:
    """The text with one line for every button or row: its title, and the word that stands for it.

    A file cannot come along: a last line says so.
    """
    lines = [_line(button.id, button.title) for button in content.buttons]
    lines += [_line(row.id, row.title, row.description) for row in content.rows]
    if content.attachment:
        lines.append(
            f"📎 {content.attachment.filename} cannot come here. Write *PERSON* to get it another way."
        )
    return "\n".join([content.text, "", *lines]).strip() if lines else content.text


def word_for(choice: str, title: str) -> str:
    """What a person writes instead of pressing: the id where it is one word, else the title."""
    return choice.upper() if choice.isascii() and choice.isalpha() else title


def _line(choice: str, title: str, description: str = "") -> str:
    named = f"{title} ({description})" if description else title
    return f"• {named}: write *{word_for(choice, title)}*"
