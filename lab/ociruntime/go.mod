module cilium-edge.dev/ociruntime

go 1.24.0
