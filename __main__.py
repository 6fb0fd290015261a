"""The Pulumi program: load the stack, check it, build it, export what others need."""

import pulumi

from components.build import build, check
from config.load import load

for name, value in build(check(load())).items():
    pulumi.export(name, value)
