"""Asking a model: paid calls (attempts), other servers when one fails, a step up after a bad
answer, and the second opinion of a cheap model.
"""
