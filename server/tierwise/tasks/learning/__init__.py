"""What an editor window learns from outcomes: keeping it up to date, deciding with it, and deciding
past tasks again.
"""
