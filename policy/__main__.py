"""The pack: policies for the rules that need only the resources of a program."""

import sys
from pathlib import Path

# Pulumi runs this file in its own folder. The folder of the rules is next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pulumi_policy import PolicyPack

from policy.pack import policies

PolicyPack("cilium-edge", policies())
