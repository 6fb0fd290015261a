"""The arguments of components as typed dicts, for completion in editors and for the types of other languages."""
