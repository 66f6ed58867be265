"""Bounds on what zones cost, by prices on the units, and what follows from them: fixing, combination, proof."""
