"""The entry point of the component provider for Pulumi (`pulumi package add` with this folder)."""

import sys
from pathlib import Path

# Pulumi runs this file in the directory of the program. The folder of the components is next to this folder.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from components.provider import serve

serve()
