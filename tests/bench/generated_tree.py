"""A project of any size, made up: files in three languages that define, use and import one another.

Its names are made of words as those of real code are: a few stand everywhere, most in one place.
The same numbers give the same project.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MEAN_BYTES: Final = 4_800
"""Bytes of a file of code in the trees that the index was measured on."""
FOLDER_FILES: Final = 25
_WORDS: Final = _listed(
    """account action adapter agent alarm alias amount anchor answer archive argument array asset
    attempt audit author badge balance banner basket batch binding block board body border branch
    bridge buffer budget builder bundle button cache caller cart catalog category channel chapter
    charge chart check choice chunk circle claim class client clock cluster code collection color
    column command comment commit compare config connect consumer container content context
    contract control cookie counter course cover create credit cursor customer cycle daemon data
    date deadline decode default delay delete delta deploy depth detail device dialog digest
    direction discount dispatch document domain draft driver edge editor element email encode
    engine entry environment error event exchange export factory feature feed field file filter
    finish flag flow folder font footer form format frame function gateway graph grid group guard
    handler hash header height history hook host icon image import index input insert invoice item
    iterator job journal key label layer layout ledger length level library limit line link list
    listener loader local lock log lookup loop machine manager map marker match member memory menu
    merge message meta method metric mirror mode model module monitor mount move name network node
    note number object offer offset option order origin output owner packet page pair panel parent
    parser part patch path payload payment peer period permission person phase picture pipe place
    plan plugin point policy pool port position prefix preview price printer process product
    profile program progress project prompt proof property provider proxy query queue quota random
    range rate reader receipt record redirect region registry relation release render repeat report
    request reserve resource response result retry return review role root route router row rule
    runner sample scale schedule schema scope score screen script search secret section segment
    select sender series server service session setting shape share shelf signal size slice slot
    snapshot socket sort source span stack stage state status step storage store stream string style
    subject summary switch symbol table target task team template tenant term test text theme thread
    ticket time title token tool topic total trace track transfer trigger tree type union unit
    update upload usage user validator value vector version view visitor volume wait wallet watcher
    weight widget width window worker wrapper writer zone"""
)
_SYLLABLES: Final = _listed(
    """ba be bi bo da de di do fa fe ga go ka ke ki la le li lo ma me mi mo na ne no pa pe po ra re
    ri ro sa se si so ta te ti to va ve vi vo"""
)
_RARE: Final = tuple(f"{a}{b}{c}r" for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES[:4])
"""Words of single files, so that a word of a question stands in a few of many files."""
_DEFINED: Final = re.compile(r"(?:def|class|\)) (\w+)[({ ]")
_NAMES_PER_FILE: Final = 14
_COMMON: Final = 400
"""Names that any file may use; the others are those of its own and of what it imports."""
_LOCALS: Final = 8
"""Of these, names that a file uses again and again."""
_TOPIC: Final = 40
"""Words that the remarks of a file are made of."""


class _Writer(random.Random):
    """Chance within one file, which has a topic."""

    def __init__(self, seed: float, topic: Sequence[str]) -> None:
        super().__init__(seed)
        self.topic = topic


def write(root: Path, files: int, seed: int = 1) -> None:
    """Write so many files below a folder."""
    rng = random.Random(seed)
    common = [_name(rng, 2) for _ in range(_COMMON)]
    own: list[tuple[str, list[str]]] = []
    for number in range(files):
        make, suffix = _LANGUAGES[number % len(_LANGUAGES)]
        folder = f"{_WORDS[number // FOLDER_FILES % len(_WORDS)]}{number // FOLDER_FILES}"
        stem = f"{_name(rng, 2)}_{number}"
        names = [_name(rng, 2) for _ in range(_NAMES_PER_FILE)]
        near = own[-200:]
        imported = [rng.choice(near) for _ in range(min(4, len(near)))]
        path = root / folder / f"{stem}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        topic = [_word(rng) for _ in range(_TOPIC)]
        rng_of_file = _Writer(rng.random(), topic)
        local = [_some(rng, common) for _ in range(_LOCALS)]
        path.write_text(_text(rng_of_file, make, names, imported, local), encoding="utf-8")
        own.append((f"{folder}/{stem}", names))


def question(rng: random.Random) -> str:
    """A question as somebody would ask it: two to five of the words, sometimes a name."""
    said = _said(rng, rng.randint(2, 5))
    return f"where does {said} {_name(rng, 2)}" if rng.random() < 0.3 else f"where is {said}"


def asked_name(rng: random.Random, root: Path) -> str:
    """The name of a definition in some file of a project."""
    folder = rng.choice(sorted(path for path in root.iterdir() if path.is_dir()))
    text = rng.choice(sorted(folder.iterdir())).read_text(encoding="utf-8")
    return str(rng.choice(_DEFINED.findall(text)))


def _text(
    rng: random.Random,
    make: Callable[..., str],
    names: Sequence[str],
    imported: Sequence[tuple[str, list[str]]],
    common: Sequence[str],
) -> str:
    used = [name for _, theirs in imported for name in theirs[:4]]
    parts = [make(rng, None, imported, (), ())]
    size, turn = len(parts[0]), 0
    while size < MEAN_BYTES * rng.uniform(0.6, 1.4):
        name = f"{names[turn % len(names)]}{turn // len(names) or ''}"
        parts.append(make(rng, name, (), used or common[:9], common))
        size, turn = size + len(parts[-1]), turn + 1
    return "\n".join(parts)


def _word(rng: random.Random) -> str:
    """A word: half of them common ones, the others from a long list, its first ones more often."""
    if rng.random() < 0.5:
        return _WORDS[int(len(_WORDS) * rng.random() ** 2)]
    return _RARE[int(len(_RARE) * rng.random() ** 2)]


def _name(rng: random.Random, words: int) -> str:
    return "_".join(_word(rng) for _ in range(words))


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def _said(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(getattr(rng, "topic", _WORDS)) for _ in range(words))


def _some(rng: random.Random, common: Sequence[str]) -> str:
    """One of the common names, the first ones far more often."""
    return common[int(len(common) * rng.random() ** 3)]


def _python(
    rng: random.Random,
    name: str | None,
    imported: Sequence[tuple[str, list[str]]],
    used: Sequence[str],
    common: Sequence[str],
) -> str:
    if name is None:
        return "".join(
            f"from {path.replace('/', '.')} import {', '.join(names[:4])}\n"
            for path, names in imported
        )
    return (
        f"\n\ndef {name}({_some(rng, common)}, {_some(rng, common)}=None):\n"
        f'    """{_said(rng, 9)}."""\n'
        f"    {_some(rng, common)} = {rng.choice(used)}({_some(rng, common)})\n"
        f"    if {_some(rng, common)} is None:\n"
        f"        raise ValueError('{_said(rng, 4)}')\n"
        f"    for {_some(rng, common)} in self.{_some(rng, common)}:\n"
        f"        # {_said(rng, 8)}\n"
        f"        if {_some(rng, common)} > {_some(rng, common)}:\n"
        f"            continue\n"
        f"        {_some(rng, common)}.append({_some(rng, common)})\n"
        f"    return {_some(rng, common)}.{_some(rng, common)}({_some(rng, common)})\n"
    )


def _typescript(
    rng: random.Random,
    name: str | None,
    imported: Sequence[tuple[str, list[str]]],
    used: Sequence[str],
    common: Sequence[str],
) -> str:
    if name is None:
        return "".join(
            f"import {{ {', '.join(names[:4])} }} from '../{path}'\n" for path, names in imported
        )
    return (
        f"\n/** {_said(rng, 9)}. */\n"
        f"export class {_camel(name)} {{\n"
        f"  {_some(rng, common)}({_some(rng, common)}: string): void {{\n"
        f"    const {_some(rng, common)} = {rng.choice(used)}('{_said(rng, 3)}')\n"
        f"    if (!{_some(rng, common)}) throw new Error('{_said(rng, 4)}')\n"
        f"    for (const {_some(rng, common)} of this.{_some(rng, common)}) {{\n"
        f"      {_some(rng, common)}.push({_some(rng, common)}) // {_said(rng, 6)}\n"
        f"    }}\n"
        f"    return this.{_some(rng, common)}({_some(rng, common)})\n"
        f"  }}\n}}\n"
    )


def _go(
    rng: random.Random,
    name: str | None,
    imported: Sequence[tuple[str, list[str]]],
    used: Sequence[str],
    common: Sequence[str],
) -> str:
    if name is None:
        paths = "".join(f'\t"example.test/{path.rpartition("/")[0]}"\n' for path, _ in imported)
        return f"package main\n\nimport (\n{paths})\n"
    head = f"func (s *{_camel(common[0])}) {_camel(name)}({_some(rng, common)} int) error"
    return (
        f"\n// {_camel(name)} {_said(rng, 9)}.\n"
        f"{head} {{\n"
        f"\t{_some(rng, common)} := {rng.choice(used)}({_some(rng, common)})\n"
        f'\tif err := s.{_some(rng, common)}("{_said(rng, 3)}"); err != nil {{\n'
        f"\t\treturn {_camel(_some(rng, common))}(err)\n\t}}\n"
        f"\tfor {_some(rng, common)} := range s.{_some(rng, common)} {{\n"
        f"\t\t{_some(rng, common)}.{_some(rng, common)}({_some(rng, common)}) // {_said(rng, 6)}\n"
        f"\t}}\n\treturn nil\n}}\n"
    )


_LANGUAGES: Final = ((_python, ".py"), (_typescript, ".ts"), (_go, ".go"))
