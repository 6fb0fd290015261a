"""The corpus: faults of every layer that nobody declared, made on the lab behind the product's back."""

from tests.e2e.faults import frr, nodes, objects, routers
from tests.e2e.faults.fault import Fault

FAULTS: dict[str, Fault] = {
    f"{room}: {name}": fault
    for room, faults in (
        ("router", routers.FAULTS),
        ("frr", frr.FAULTS),
        ("node", nodes.FAULTS),
        ("api", objects.FAULTS),
    )
    for name, fault in faults.items()
}
