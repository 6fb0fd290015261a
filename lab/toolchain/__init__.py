"""The binaries that the lab runs, built from public Go modules by consumer modules of our own."""
