"""The rehearsal model: a loopback server that speaks the Messages API and answers by rule.

`make try` runs against it without a key, and tests use it, faults included.
It never pretends to be a model: all text that it writes is labelled as rehearsal.
"""
