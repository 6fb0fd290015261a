"""Rules about L2 announcements."""
