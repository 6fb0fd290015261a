"""Settings on hosts over SSH: connection, persistence, ownership and observation."""
