"""The built-in engine: runs the same Pulumi program in process, on machines without the Pulumi CLI.

It is a resource monitor: the SDK registers resources with it as it would with Pulumi's own engine,
and it plans, applies and records them in Pulumi's deployment format.
"""
