"""A wish in a language that nobody taught goes up, however short; names and terse words do not."""

from __future__ import annotations

from itertools import product

import pytest

from tierwise.core.actions import Action
from tierwise.core.request import Request
from tierwise.routing.route import route_one
from tierwise.routing.signals import measure

VERBS = {
    "fi": ("poista", "lisää", "korjaa", "suunnittele", "muuta"),
    "id": ("hapuskan", "tambahkan", "perbaikilah", "rancanglah"),
    "sw": ("futa", "ongeza", "rekebisha", "sanifu"),
    "cy": ("dilëwch", "ychwanegwch", "trwsiwch", "cynlluniwch"),
}
THINGS = {
    "fi": ("tietokannan rakenne", "lukko", "muuttujan nimi"),
    "id": ("kunci utama", "skema tabel", "nama berkas"),
    "sw": ("kufuli kuu", "muundo wa hifadhidata", "jina la faili"),
    "cy": ("strwythur y gronfa ddata", "enw'r newidyn", "cloeon pawb"),
}
SHORT = [f"{verb} {thing}" for lang in VERBS for verb, thing in product(VERBS[lang], THINGS[lang])]


@pytest.mark.parametrize("action", ["chat", "edit", "agent"])
def test_a_short_wish_in_a_language_nobody_taught_goes_up(action: Action) -> None:
    """Three of four: a word that is one of a language taught too ("tabel") hides the others."""
    low = [wish for wish in SHORT if route_one(Request(action, wish, files=())).routed == "haiku"]
    assert len(low) <= len(SHORT) // 4, low


@pytest.mark.parametrize(
    "wish",
    [
        "rename qux to quux", "fix the frobnicator in zorblax", "what does libfoobar do?",
        "wrap at 80 cols", "guard clause", "fix typo", "inline foobarQux", "sort imports",
        "corrige l'erreur", "traduis en anglais", "schreib einen kurzen Docstring",
        "Kommentar übersetzen", "quita el comentario", "remove xyzzy plugh grault", "center div",
        "исправь ошибку", "переименуй эту функцию", "usuń komentarz", "bu yorumu sil",
    ],
)  # fmt: skip
def test_a_short_wish_in_a_language_that_was_taught_is_no_unknown_one(wish: str) -> None:
    assert measure(Request("edit", wish)).values["novel.words"] == 0.0


@pytest.mark.parametrize(
    "wish",
    [
        "use snake_case in getHttpClientV2 of KafkaStreamsBinder and XyzzyPlughFactory",
        "replace grault garply waldo fred plugh by thud in this function",
        "delete frobnicate, zorblax and quuxify from the list of exports",
    ],
)
def test_odd_names_in_an_english_wish_are_no_language(wish: str) -> None:
    assert measure(Request("chat", wish)).values["novel.words"] < 0.5
