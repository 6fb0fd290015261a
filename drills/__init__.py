"""Deliberate faults, and their effect on traffic."""
