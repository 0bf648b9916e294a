"""Logistic regression on soft targets, dense or sparse, deterministic."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

Array = np.ndarray[Any, np.dtype[Any]]


def fit(
    x: Any, target: Array, weight: Array, strength: float, alike: Any = None, pull: float = 0.0
) -> tuple[float, Array]:
    """Intercept and weights that minimise weighted log-loss plus |w|^2 / (2 * strength).

    `x` is a matrix of rows, dense or sparse; targets lie in [0, 1]. The intercept is not penalised.
    Each row of `alike` is the difference of two inputs that should get the same answer. Their
    distance costs pull * |alike w|^2 / 2.
    """
    columns = x.shape[1]
    turned = _turned(x)
    across = None if alike is None else _turned(alike)

    def loss(beta: Array) -> tuple[float, Array]:
        z = x @ beta[1:] + beta[0]
        error = weight * (expit(z) - target)
        value = float(weight @ (np.logaddexp(0, z) - target * z))
        value += float(beta[1:] @ beta[1:]) / (2 * strength)
        slope = np.empty(columns + 1)
        slope[0] = error.sum()
        slope[1:] = turned @ error + beta[1:] / strength
        if across is not None:
            apart = alike @ beta[1:]
            value += pull * float(apart @ apart) / 2
            slope[1:] += pull * (across @ apart)
        return value, slope

    found = minimize(
        loss, np.zeros(columns + 1), jac=True, method="L-BFGS-B",
        options={"maxiter": 200, "ftol": 1e-8, "gtol": 1e-4},
    )  # fmt: skip
    return float(found.x[0]), found.x[1:]


def _turned(x: Any) -> Any:
    return x.T.tocsr() if hasattr(x, "tocsr") else x.T


def variances(x: Array, intercept: float, beta: Array, weight: Array, strength: float) -> Array:
    """Posterior variance of each weight: the diagonal of the inverse Hessian."""
    p = expit(x @ beta + intercept)
    hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + np.eye(x.shape[1]) / strength
    spread: Array = np.diag(np.linalg.inv(hessian)).copy()
    return spread
