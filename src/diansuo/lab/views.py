"""The pages of the laboratory: its published table, and the practice ground."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from diansuo.lab import mistakes, practice, published, words
from diansuo.office.base.rights import EVERYONE, allowed

ROUNDS = 9_999


@allowed(EVERYONE)
def table(request: HttpRequest) -> HttpResponse:
    """Show where each kind and size of mistake was stopped."""
    found = published.result()
    context = {
        "found": found,
        "current": found is not None and published.is_current(found),
        "rows": published.rows(found) if found else [],
        "totals": published.totals(found) if found else [],
        "conditions": list(words.CONDITIONS.items()),
        "misses": [
            (
                words.kind_title(name.partition("/")[0]),
                words.size_title(name.partition("/")[2]),
                words.chosen(*why),
            )
            for named in mistakes.known_misses().values()
            for name, why in named.items()
        ],
    }
    return render(request, "lab/table.html", context)


def practice_round(request: HttpRequest) -> tuple[int, bool]:
    """Return which round is asked for, and whether the freeze stands beside."""
    asked = request.GET.get("round", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= len(str(ROUNDS)) else 1
    return max(number, 1), request.GET.get("freeze", "1") != "0"


@allowed(EVERYONE)
def practice_page(request: HttpRequest) -> HttpResponse:
    """Show a round of cards; marked, show what was right and why."""
    number, frozen = practice_round(request)
    cards = practice.deal(number, frozen=frozen)
    marked = {int(each) for each in request.POST.getlist("wrong") if each.isdecimal() and len(each) < 3}
    done = request.method == "POST"
    context = {
        "section": "lab_practice",
        "number": number,
        "next": number % ROUNDS + 1,
        "frozen": frozen,
        "months": practice.MONTHS,
        "done": done,
        "score": practice.score(cards, marked) if done else None,
        "cards": [
            {
                "card": card,
                "marked": card.number in marked,
                "right": card.wrong == (card.number in marked),
                "title": words.kind_title(card.kind) if card.wrong else "",
                "size": words.size_title(card.size) if card.wrong else "",
                "rule": words.rule_of(card.rule),
                "registers": [(each, card.right.get(each.name, "")) for each in card.registers],
            }
            for card in cards
        ],
    }
    return render(request, "lab/practice.html", context)
