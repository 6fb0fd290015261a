"""The embedded lab: the hosts of a stack as namespaces of this machine, with real programs on them.

The lab makes only hosts, links and an empty cluster, and nothing that a stack declares on top of them.
All traffic of the lab stays inside its namespaces.
"""
