"""Fits how much the size of an edit raises the need: on the project's own repository cases, and
never below zero.

The labelled requests hold no file text, so they do not show how far an edit reaches. These
cases do: most come in pairs, the same wish on a symbol with few usages and on one with many. Only
what reach adds to the estimate of the other signals is fitted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from tierwise.routing.fit.logistic import Array
from tierwise.routing.fit.rows import LabelledRequest, labelled_request
from tierwise.routing.reading import readings
from tierwise.routing.signals import measure
from tierwise.routing.weights import parse

SIGNALS: Final = ("reach.files", "reach.usages")
RIDGE: Final = 0.5
"""Pull of the weights toward zero, so that a few dozen cases cannot outweigh all other rows."""


def cases() -> list[LabelledRequest]:
    """The repository cases. Most wishes are there twice, with few usages and with many.

    Cases with the same wish are one group.
    """
    text = resources.files(__package__).joinpath("repository.tsv").read_text(encoding="utf-8")
    return [_case(line) for line in text.splitlines() if line[:1] != "#"]


def teach(data: dict[str, Any], taught: Sequence[LabelledRequest] | None = None) -> None:
    """Set the `reach` weights in a weights file's contents, from repository cases or `taught`."""
    taught = cases() if taught is None else taught
    weights = parse(json.dumps(data).encode())
    measured = [measure(row.request, weights=weights) for row in taught]
    x = np.array([[s.values[name] for name in SIGNALS] for s in measured])
    needs = np.array([row.need for row in taught])
    for cut, contents in enumerate(data["cuts"]):
        base = np.array([readings(s, weights)[cut].mean for s in measured])
        found = _bounded(x, base, (needs <= cut).astype(float))
        contents["reach"] = {n: round(float(w), 4) for n, w in zip(SIGNALS, found, strict=True)}


def _bounded(x: Array, base: Array, below: Array) -> Array:
    """Weights >= 0 that minimise log-loss of sigmoid(base - x.w), with a ridge."""

    def loss(w: Array) -> tuple[float, Array]:
        z = base - x @ w
        value = float(np.sum(np.logaddexp(0, z) - below * z)) + RIDGE * float(w @ w) / 2
        return value, -x.T @ (expit(z) - below) + RIDGE * w

    start = np.full(x.shape[1], 0.1)
    found: Array = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * x.shape[1]
    ).x
    return found


def _case(line: str) -> LabelledRequest:
    need, action, selected, lines, usages, files, wish = line.split("\t")
    row = {
        "id": wish,
        "action": action,
        "instruction": wish,
        "selection": {
            "path": "src/a.py", "language": "python", "start_line": 1, "end_line": int(selected),
            "text": "\n".join(["x = f(y)"] * int(selected)), "file_lines": int(lines),
            "usages": int(usages), "usage_files": int(files),
        },
        "files": [{"path": "src/a.py", "language": "python", "lines": int(lines)}],
        "diagnostics": [],
        "tools": [],
        "turn": 0,
        "need": need,
    }  # fmt: skip
    made = labelled_request(row)
    return LabelledRequest(made.request, wish, made.need, made.weight, "en", "repository")
