"""Fits the talk model, which tells small talk from matter (all that says something of the work).

Talk was written for it (`talk.tsv`), taken from the frames in the shared data, and marked by
sentence number in messages of the labelled requests. The other sentences of requests are matter.
Long requests without marks are left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from importlib import resources
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix

from tierwise.routing.ask import words_of
from tierwise.routing.fit import logistic, rows
from tierwise.routing.prose import without_prose
from tierwise.routing.sentences import soft, spans

LEAST_ROWS: Final = 2
"""The least number of sentences that a word must occur in."""
STRENGTH: Final = 1.0
SHARE: Final = 1.0
"""Weight of all talk as a share of the weight of all matter."""


def sentences() -> tuple[list[str], list[str]]:
    """The sentences that are small talk, and those that say something of the work (matter)."""
    here = resources.files(__package__)
    lines = here.joinpath("talk.tsv").read_text(encoding="utf-8").splitlines()
    talk = [line for line in lines if line[:1] != "#"]
    named = {}
    for line in here.joinpath("talk_sentences.tsv").read_text(encoding="utf-8").splitlines():
        if line[:1] != "#":
            name, numbers = line.split("\t")
            named[name] = {int(n) for n in numbers.split(",")}
    matter: list[str] = []
    for row in [*rows.labelled(), *rows.own()]:
        if row.source == "user" or (
            len(row.request.instruction) > 700 and row.request.id not in named
        ):
            continue
        talked = named.get(row.request.id, set())
        text = row.request.instruction
        text = text if talked else without_prose(text)[0]
        for number, (start, end) in enumerate(spans(text)):
            (talk if number in talked else matter).append(text[start:end])
            if number not in talked:
                matter += [text[a:b] for a, b in soft(text, (start, end))]
    for frame in rows.frames():
        talk += [text[a:b] for text in frame for a, b in spans(text)]
    return talk, matter


def fitted(talk: Sequence[str], matter: Sequence[str]) -> dict[str, float]:
    """Fit the talk model: returns a weight for each feature of a sentence, such as a word.

    A positive weight speaks for `talk` (small talk), a negative one for `matter` (the work). The
    intercept has the empty word as its key.
    """
    every = [set(words_of(s)) for s in (*talk, *matter)]
    counts = Counter(word for found in every for word in found)
    names = sorted(word for word, count in counts.items() if count >= LEAST_ROWS)
    place = {name: i for i, name in enumerate(names)}
    pairs = [(i, place[w]) for i, found in enumerate(every) for w in found if w in place]
    at, column = zip(*pairs, strict=True)
    shape = (len(every), len(names))
    x: Any = csr_matrix((np.ones(len(pairs)), (at, column)), shape=shape)
    y = np.array([1.0] * len(talk) + [0.0] * len(matter))
    weight = np.where(y > 0, SHARE * len(matter) / len(talk), 1.0)
    intercept, beta = logistic.fit(x, y, weight, STRENGTH)
    made = {name: round(float(b), 2) for name, b in zip(names, beta, strict=True)}
    return {"": round(intercept, 2), **{name: b for name, b in made.items() if abs(b) >= 0.05}}


def text(weights: dict[str, float]) -> str:
    """The content of the weights file `talk.json`: JSON with eight weights per line."""
    items = [f"{json.dumps(k, ensure_ascii=False)}: {v}" for k, v in weights.items()]
    lines = [", ".join(items[i : i + 8]) for i in range(0, len(items), 8)]
    return "{\n" + ",\n".join(lines) + "\n}\n"
