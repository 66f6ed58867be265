"""Pupils to come: four methods from the same assumptions, compared and tested against the past."""
