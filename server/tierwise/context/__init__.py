"""What may be sent and what is sent: ignore rules and secrets first, then the choice of pieces and
what fits the model's context window.
"""
