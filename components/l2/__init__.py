"""L2Announcements: Services that answer ARP and NDP."""
