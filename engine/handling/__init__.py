"""How this engine handles everything that a program can request: options, and properties of resource types.

Nothing is ignored silently. Unsupported requests are refused by name, in a preview as in an `up`, before anything
is changed; the Pulumi CLI supports them. `docs/engine.md` has the same content as a table.
"""
