"""Other wordings of a wish: they teach with its weight, and lie in its fold."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest

from tierwise.routing.fit import judge, logistic
from tierwise.routing.fit.rows import PARAPHRASE, own, paraphrases
from tierwise.routing.fit.train import CUTS, Corpus


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    rows = own()
    return Corpus([*rows, *paraphrases(rows)], ())


def test_every_wording_names_a_row() -> None:
    told = resources.files("tierwise.routing.fit").joinpath("paraphrases.tsv")
    names = [line.split("\t")[0] for line in told.read_text(encoding="utf-8").splitlines()]
    wishes = [name for name in names[1:] if not re.fullmatch("[0-9a-f]{12}", name)]
    assert len(paraphrases(own())) == len(wishes) > 50


def test_a_wish_in_several_wordings_weighs_like_one(corpus: Corpus) -> None:
    rows = own()
    alone = Corpus(rows, ())
    assert corpus.weights.sum(0) == pytest.approx(alone.weights.sum(0))
    first, other = corpus.twins[0]
    assert corpus.weights[first, 0] == corpus.weights[other, 0] < alone.weights[first, 0]


def test_only_wishes_as_asked_settle_calibration_and_margins(corpus: Corpus) -> None:
    told = [row.source == PARAPHRASE for row in corpus.requests]
    assert corpus.settles.tolist() == [not other for other in told]
    assert not any(row.judges for row in corpus.requests)


def test_wordings_of_a_wish_are_never_on_both_sides_of_a_fold(corpus: Corpus) -> None:
    seen = np.zeros(len(corpus.x), int)
    for train, test in judge.folded(corpus, 4, 0):
        seen[test] += 1
        inside = np.isin(corpus.twins, test)
        assert (inside[:, 0] == inside[:, 1]).all()
        assert not set(train) & set(test)
        pairs = corpus.twins_in(train)
        assert (corpus.targets[train][pairs[:, 0]] == corpus.targets[train][pairs[:, 1]]).all()
    assert (seen == 1).all()


def test_a_pull_brings_the_answers_for_alike_rows_together() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(200, CUTS + 3))
    y = (x[:, 0] + x[:, 1] > 0).astype(float)
    alike = np.zeros((50, CUTS + 3))
    alike[:, 1] = draw.normal(size=50)
    _, free = logistic.fit(x, y, np.ones(200), 1.0)
    _, pulled = logistic.fit(x, y, np.ones(200), 1.0, alike, 5.0)
    assert np.abs(alike @ pulled).mean() < 0.5 * np.abs(alike @ free).mean()
    assert pulled[0] > 0.5 * free[0]
