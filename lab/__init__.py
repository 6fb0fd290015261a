"""The embedded lab: the hosts of a stack as namespaces of this machine, with real parts on them.

The lab is a place, not a participant: it makes hosts, links and an empty cluster, and nothing of
what a stack declares on top. All its traffic stays inside the namespaces that it made.
"""
