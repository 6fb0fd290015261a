"""The tables of agents: cells under their names, whether they are empty or hold blanks."""

from probes.tables import rows

DEVICES = """\
Name   Selected   Flags               Addresses
eth1   true       up|broadcast        192.168.10.101, fe80::1
net0   false      broadcast           
"""  # noqa: W291 - the agent pads its cells


def test_rows_are_cut_where_the_names_stand() -> None:
    eth1, net0 = rows(DEVICES)
    assert eth1 == {"Name": "eth1", "Selected": "true", "Flags": "up|broadcast", "Addresses": "192.168.10.101, fe80::1"}
    assert net0["Name"] == "net0" and net0["Addresses"] == ""


def test_a_row_that_ends_early_has_empty_cells() -> None:
    assert rows("IP     NetworkInterface\n1.2.3.4\n") == [{"IP": "1.2.3.4", "NetworkInterface": ""}]


def test_nothing_said_and_names_alone_are_no_rows() -> None:
    assert rows("") == [] and rows("IP   NetworkInterface\n") == []
