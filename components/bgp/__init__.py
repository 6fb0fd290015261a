"""BgpControlPlane: what Cilium says over BGP, and the way back to the nodes."""
