"""What Meta refuses in a template's wording before anybody reads it. Pure.

Source: WhatsApp Business, message templates, why templates are rejected.
"""

import re

from luminous.templates.show import Template

LONGEST_BODY = 1024
_PLACE = re.compile(r"\{\{(.*?)\}\}")
_ENDS = re.compile(r"^\s*\{\{|\}\}\W*$")
_SIDE_BY_SIDE = re.compile(r"\}\}\s*\{\{")
WORDS_FOR_EACH_PLACE = 3


def places(body: str) -> int:
    """How many values the wording needs."""
    return len(set(_PLACE.findall(body)))


def problems(template: Template) -> list[str]:
    """Sentences that say why Meta would refuse it; empty when it may be submitted."""
    body, numbers = template.body, _PLACE.findall(template.body)
    count = places(body)
    found = {
        f"The body has {len(body)} characters; Meta takes at most {LONGEST_BODY}.": len(body) > LONGEST_BODY,
        "The body is empty.": not body.strip(),
        "The places are not numbered {{1}}, {{2}}, … without a gap.": set(numbers)
        != {str(number) for number in range(1, count + 1)},
        "The body begins or ends with a place: Meta wants words around it.": bool(_ENDS.search(body)),
        "Two places stand side by side: Meta wants words between them.": bool(_SIDE_BY_SIDE.search(body)),
        "There are too many places for so few words.": len(_PLACE.sub("", body).split())
        < WORDS_FOR_EACH_PLACE * count,
        "Meta refuses tabs, more than four spaces and more than two line breaks in a row.": bool(
            re.search(r"\t| {5}|\n{3}", body)
        ),
        f"It has {len(template.examples)} examples for {count} places.": len(template.examples) != count,
        "An example is empty.": any(not example.strip() for example in template.examples),
    }
    return [sentence for sentence, is_so in found.items() if is_so]
