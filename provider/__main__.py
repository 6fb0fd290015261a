"""The component provider as Pulumi starts it: `pulumi package add` of this folder."""

import sys
from pathlib import Path

# Pulumi runs this file from wherever the program is; the components are beside this folder.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from components.provider import serve

serve()
