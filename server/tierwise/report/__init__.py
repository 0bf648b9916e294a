"""The report: what was spent, on which tier, what became of it, as figures and as one page.

`rows.py` is what a report is made from, `figures.py` the figures and `add_up.py` how they come
about (pure), `page.py` the page, `svg.py` and `html.py` its drawings and its text, `demo.py` an
invented week to see it on.
"""
