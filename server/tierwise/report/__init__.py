"""The report: what was spent, on which tier, and which answers were kept, as figures and as a page.

`read.py` makes the rows (`rows.py`) from the ledger. `add_up.py` makes the figures (`figures.py`)
from the rows, and is pure. `sections.py` and `page.py` make the page, `svg.py` its drawings.
`demo.py` makes an invented week to show it on.
"""
