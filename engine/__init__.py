"""The built-in engine: runs the same Pulumi program in process, on machines without the Pulumi CLI.

The engine is a resource monitor: the SDK registers resources with it as with Pulumi's own engine,
and the engine plans, applies and records them in Pulumi's deployment format.
"""
