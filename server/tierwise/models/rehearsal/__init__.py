"""The rehearsal model: a loopback server that speaks the Messages API and answers by rule.

It is what `make try` runs against without a key, and what the tests drive, faults included.
It never pretends to be a model: whatever it says in words is labelled as rehearsal.
"""
