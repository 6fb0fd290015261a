"""BgpControlPlane: Cilium's BGP objects, and the return routes on the nodes."""
