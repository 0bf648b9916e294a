"""Brings the words of a wish into one form each, so that wishes that mean the same read alike.

Little words and endings are dropped. A word that an engineer may swap for others is replaced by the
one that stands for all of them: "get rid of the old methods" and "delete the old function" read the
same. Nothing here says how hard a wish is. A group holds words that may stand for one another in
any wish. Words whose swap could change the work ("print" and "show") form no group.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

SAME: Final = """
    remove: delete drop erase eliminate strip discard get_rid_of throw_out take_out rip_out
        leave_out
    add: insert append introduce put_in
    create: generate produce build write make_me make_a give_me draft compose craft
    change: modify alter adjust adapt edit update tweak amend revise
    fix: repair correct resolve solve mend rectify sort_out
    explain: describe clarify walk_me_through tell_me_how elaborate
    why: how_come what_makes whats_the_reason what_is_the_reason what_causes
    what: what_is what_are
    howto: how_do_i how_can_i how_to how_would_i how_do_you how_can_we how_do_we whats_the_way_to
    show: display present
    find: locate look_for search_for spot figure_out track_down hunt_down
    check: verify make_sure ensure confirm
    convert: transform turn_into rewrite_as
    large: big huge massive enormous
    small: little tiny
    quick: fast rapid
    slow: sluggish laggy
    problem: issue bug defect fault trouble
    error: exception failure
    crash: blow_up fall_over die
    function: method routine procedure func fn
    parameter: argument param arg
    variable: var
    database: db
    configuration: config cfg conf setting
    documentation: doc
    directory: folder dir
    repository: repo codebase code_base
    environment: env
    production: prod
    development: dev
    regex: regexp regular_expression
    message: msg
    application: app
    authentication: auth authn
    authorization: authz
    performance: perf
    implementation: impl
    library: lib
    javascript: js
    typescript: ts
    python: py
    postgres: postgresql pg
    kubernetes: k8s
    string: str
    integer: int
    boolean: bool
    use: utilize employ
    need: require
    want: would_like
    choose: pick decide_on go_with
    better: nicer
    improve: enhance
    simple: easy basic plain straightforward
    start: begin
    same: identical
    wrong: incorrect
    faster: quicker speed_up
    all: every each
    whole: entire complete
    many: lots_of a_lot_of plenty_of several multiple
    summary: summarize summarise sum_up tldr recap gist condense
    call: invoke
    run: execute
    test: spec unit_test unittest
    happen: occur
    sometimes: occasionally now_and_then from_time_to_time every_so_often once_in_a_while
        intermittently
    instead: rather_than in_place_of
    not: dont doesnt isnt do_not does_not is_not arent shouldnt
    current: at_the_moment right_now
"""
"""Groups of words. The word with the colon stands for all of its group. `two_words` is a phrase."""

_LITTLE: Final = """
    the a an of to for in on at with by from this that these those it its my your me i you so
    then now also here there please some any be is are was
"""
LITTLE: Final = frozenset(_LITTLE.split())
"""Words that can be left out of a wish without a change of meaning."""

_TOKEN: Final = re.compile(r"[^\W_]+(?:[_.+#/-]+[^\W_]+)*[+#]*|[?]")


def canonical(text: str) -> str:
    """The words of a wish, separated by blanks, with one word for all that mean the same.

    `text` is the wish in plain form, without case and politeness.
    """
    tokens = _TOKEN.findall(text)
    phrases, found, at = _phrases(), [], 0
    while at < len(tokens):
        token = tokens[at]
        for rest, stands in phrases.get(token, ()):
            if tokens[at + 1 : at + 1 + len(rest)] == rest:
                found.append(stands)
                at += len(rest)
                break
        else:
            if token not in LITTLE:
                found.append(form(token))
        at += 1
    return " ".join(found)


@lru_cache(maxsize=4096)
def form(word: str) -> str:
    """The word that stands for this one, as a stem: that of its group, else the word itself."""
    stemmed = stem(word)
    return _words().get(stemmed, stemmed)


def stem(word: str) -> str:
    """A word without its grammatical ending.

    A word of fewer than four letters, or with others than a to z, stays as it is.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    for end in ("ing", "ed", "ly"):
        base = word.removesuffix(end)
        if base != word and len(base) > 2 and re.search("[aeiouy]", base):
            word = base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    return word[:-1] if len(word) > 3 and word[-1] == "e" else word


@lru_cache(maxsize=1)
def _groups() -> tuple[dict[str, str], dict[str, list[tuple[list[str], str]]]]:
    words: dict[str, str] = {}
    phrases: dict[str, list[tuple[list[str], str]]] = {}
    name = ""
    for item in SAME.split():
        if item.endswith(":"):
            name = stem(item[:-1])
            continue
        first, *rest = item.split("_")
        if rest:
            phrases.setdefault(first, []).append((rest, name))
        else:
            words[stem(item)] = name
    for found in phrases.values():
        found.sort(key=lambda phrase: -len(phrase[0]))
    return words, phrases


def vocabulary() -> frozenset[str]:
    """The single words of all groups (words that may stand for one another), as stems."""
    return frozenset(_words()) | frozenset(_words().values())


def _words() -> dict[str, str]:
    return _groups()[0]


def _phrases() -> dict[str, list[tuple[list[str], str]]]:
    return _groups()[1]
