"""The rules that a program's resources are enough for.

A program that does not use the components of this project declares custom resources, a release and
Services; it says nothing of hosts, links or routers. Rules that need those are left to `edge check`.
"""

# Rules of what is not there. They are asked where the program declares Cilium itself, and all of it could be read.
OF_ABSENCE = frozenset((
    "B4", "B6", "B7", "B31", "P4", "P6", "P7", "L2", "L6", "I3", "I4", "I6", "I8", "I9", "I16", "I17", "X3",
))  # fmt: skip

SCOPE = frozenset((
    "B3", "B4", "B5", "B6", "B7", "B9", "B10", "B11", "B12", "B16", "B21", "B26", "B29", "B30", "B31", "B33",
    "B34", "B35", "B36", "B39", "B44",
    "P1", "P4", "P5", "P6", "P7", "P8", "P9", "P13", "P14", "P15", "L1", "L2", "L4", "L5", "L6",
    "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I15", "I16", "I17", "I18", "I19",
    "G1", "G2", "G3", "G4", "G10", "G11", "G13", "G14", "G15", "G16", "G17", "G21",
    "X1", "X3", "X4", "X6", "X8", "X10",
))  # fmt: skip

# What one router is enough for.
ROUTER = frozenset(("B27", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11"))
