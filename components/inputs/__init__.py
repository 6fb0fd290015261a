"""What components are given: read, judged, secret or known only later."""
