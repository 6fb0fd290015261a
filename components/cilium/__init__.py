"""CiliumInstall: Cilium itself."""
