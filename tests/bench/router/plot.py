"""A calibration plot as an SVG of our own: what was estimated against what happened."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tierwise.routing.fit.logistic import Array

SIZE = 360
EDGE = 44
_COLOURS = ("#2f6fb2", "#b2592f", "#4c8c4a")


def calibration(curves: Sequence[tuple[str, Array, Array]]) -> str:
    """One line per `(name, shares, happened)`; a dot's area tells how many rows it stands for."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" '
        'font-family="sans-serif" font-size="11" fill="#444">',
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/>',
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#bbb" stroke-dasharray="4 4"/>',
        f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}" stroke="#444" fill="none"/>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<text x="{_x(tick)}" y="{_y(0) + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{_x(0) - 8}" y="{_y(tick) + 4}" text-anchor="end">{tick:g}</text>')
    parts.append(f'<text x="{SIZE / 2}" y="{SIZE - 8}" text-anchor="middle">estimated share</text>')
    parts.append(f'<text x="12" y="{EDGE - 20}">share that happened</text>')
    for (name, shares, happened), colour in zip(curves, _COLOURS, strict=False):
        dots = _bins(shares, happened)
        line = "L".join(f"{_x(a)} {_y(b)}" for a, b, _ in dots)
        parts.append(f'<path d="M{line}" stroke="{colour}" fill="none" stroke-width="1.5"/>')
        for a, b, n in dots:
            size = 2 + 6 * (n / len(shares)) ** 0.5
            parts.append(f'<circle cx="{_x(a)}" cy="{_y(b)}" r="{size:.1f}" fill="{colour}"/>')
        last = len([p for p in parts if p.startswith("<text data")])
        parts.append(
            f'<text data-line="{name}" x="{_x(0) + 12}" y="{_y(1) + 14 + 15 * last}" '
            f'fill="{colour}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bins(shares: Array, happened: Array) -> list[tuple[float, float, int]]:
    place = np.clip((shares * 10).astype(int), 0, 9)
    return [
        (float(shares[place == b].mean()), float(happened[place == b].mean()), int(n))
        for b in range(10)
        if (n := (place == b).sum()) >= 5
    ]


def _x(share: float) -> float:
    return round(EDGE + share * (SIZE - 2 * EDGE), 1)


def _y(share: float) -> float:
    return round(SIZE - EDGE - share * (SIZE - 2 * EDGE), 1)
