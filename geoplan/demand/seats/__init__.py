"""Seats: what schools and projects offer, balanced against pupils; estates and what they owe."""
