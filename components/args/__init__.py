"""The arguments of components as typed dicts: what editors complete, and other languages get their types from."""
