"""The Pulumi program: load the stack, check it, build it, export what others need."""

import pulumi

from components.build import build, check
from config.errors import EdgeError
from config.load import load
from rules.gate import admit

try:
    for name, value in build(admit(check(load()))).items():
        pulumi.export(name, value)
except EdgeError as error:
    # Pulumi prints this one without a traceback.
    raise pulumi.RunError(str(error)) from error
