"""Proof of what is deployed. A probe is a pair: what to ask, and a pure judge of the answer."""
