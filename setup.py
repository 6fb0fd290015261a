"""The package: the project's folders under one name, so that none of them meets a user's own `config` or `cli`.

In a checkout the folders are the top level, because Pulumi runs the program there. In the package they are
`cilium_edge.config` and so on, and what they import of each other is named so while the package is built.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

NAME = "cilium_edge"
HERE = Path(__file__).resolve().parent
FOLDERS = find_packages(str(HERE), exclude=["tests*", "docs*", "examples*", "policy*", "provider*", "benchmarks*"])
TOP = sorted({folder.partition(".")[0] for folder in FOLDERS})
_IMPORT = re.compile(rf"^(\s*(?:from|import) )(?=(?:{'|'.join(TOP)})[. ])", re.MULTILINE)


class Named(build_py):
    """Copies the modules, and puts the package's name before what they import of each other."""

    def run(self):
        """Raises SystemExit for an editable install: its modules would still have a checkout's names."""
        if self.editable_mode:
            raise SystemExit("error: there is no editable package; a checkout runs as it is: make setup, ./edge --help")
        super().run()
        (Path(self.build_lib) / NAME / "__init__.py").write_text('"""The network edge of a Cilium cluster."""\n')

    def build_module(self, module, module_file, package):
        """Where the module was put, and whether it was."""
        target, copied = super().build_module(module, module_file, package)
        path = Path(target)
        path.write_text(_IMPORT.sub(rf"\g<1>{NAME}.", path.read_text()))
        return target, copied


setup(
    cmdclass={"build_py": Named},
    packages=[f"{NAME}.{folder}" for folder in FOLDERS],
    package_dir={f"{NAME}.{folder}": folder.replace(".", "/") for folder in FOLDERS},
    package_data={
        "": ["*.json", "*.sh", "*.j2"],
        f"{NAME}.lab": ["noderunner/*", "envoybridge/*", "ociruntime/*"],
        f"{NAME}.lab.toolchain": ["*/*"],
    },
)
