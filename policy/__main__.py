"""The pack: one policy for each rule that can be judged from what a program declares."""

import sys
from pathlib import Path

# Pulumi runs this file from its own folder; the rules are beside it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pulumi_policy import PolicyPack

from policy.pack import policies

PolicyPack("cilium-edge", policies())
