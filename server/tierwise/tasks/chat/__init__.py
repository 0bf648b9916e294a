"""Conversations: their turns, threads and transcripts."""
