package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"
)

// remoteEndpoint is struct remote_endpoint_info of Cilium's bpf/lib/common.h.
type remoteEndpoint struct {
	Identity uint32
	Tunnel   [16]byte
	Rest     [4]byte
}

// noPrealloc is a kernel flag that trie maps need.
const noPrealloc = 1

// bpffs returns a directory of the test for pinned maps.
func bpffs(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("maps of the kernel are for root alone")
	}
	directory := t.TempDir()
	if err := syscall.Mount("bpf", directory, "bpf", 0, ""); err != nil {
		t.Skipf("no file system for maps: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(directory, syscall.MNT_DETACH) })
	if err := rlimit.RemoveMemlock(); err != nil {
		t.Skipf("no memory for maps: %v", err)
	}
	return directory
}

// pinned returns a map like the agent's: its name is the file's name.
func pinned(t *testing.T, path string) *ebpf.Map {
	t.Helper()
	table, err := ebpf.NewMap(&ebpf.MapSpec{Name: "cilium_ipcache", Type: ebpf.LPMTrie, KeySize: 24, ValueSize: 24,
		MaxEntries: 100, Flags: noPrealloc})
	if err != nil {
		t.Skipf("no maps here: %v", err)
	}
	t.Cleanup(func() { _ = table.Close() })
	if err := table.Pin(path); err != nil {
		t.Fatal(err)
	}
	return table
}

// entered adds an entry of the agent. The key is hand-written, to compare keyOf's layout with Cilium's.
func entered(t *testing.T, table *ebpf.Map, prefix string, identity uint32) {
	t.Helper()
	network := netip.MustParsePrefix(prefix)
	key := make([]byte, 24)
	key[0], key[7] = byte(32+network.Bits()), 1
	if network.Addr().Is6() {
		key[7] = 2
	}
	copy(key[8:], network.Addr().AsSlice())
	if err := table.Put(key, remoteEndpoint{Identity: identity, Tunnel: [16]byte{1, 2, 3, 4}}); err != nil {
		t.Fatal(err)
	}
}

func TestAnIdentityIsOfTheLongestPrefix(t *testing.T) {
	path := filepath.Join(bpffs(t), "cilium_ipcache_v2")
	table := pinned(t, path)
	entered(t, table, "10.0.0.0/16", 3)
	entered(t, table, "10.0.1.0/24", 4)
	entered(t, table, "10.0.1.9/32", identityIngress)
	entered(t, table, "10.0.1.10/32", 0x01_02_03_04)
	entered(t, table, "fd00::/64", 5)
	entered(t, table, "fd00::9/128", identityIngress)
	cache := &ipcache{path: path}
	for address, want := range map[string]uint32{
		"10.0.1.9": identityIngress, "10.0.1.8": 4, "10.0.2.1": 3, "10.1.0.1": identityWorld,
		"10.0.1.10":       0x01_02_03_04,
		"::ffff:10.0.1.9": identityIngress,
		"fd00::9":         identityIngress, "fd00::8": 5, "fd00:0:0:1::9": identityWorld,
		// An IPv6 address with the first bytes of 10.0.1.9.
		"a00:109::": identityWorld,
	} {
		if got, err := cache.of(netip.MustParseAddr(address)); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", address, got, err, want)
		}
	}
}

func TestAnEntryThatComesLaterIsSeen(t *testing.T) {
	path := filepath.Join(bpffs(t), "cilium_ipcache_v2")
	table := pinned(t, path)
	cache, address := &ipcache{path: path}, netip.MustParseAddr(pod)
	if got, _ := cache.of(address); got != identityWorld {
		t.Errorf("got %d", got)
	}
	entered(t, table, pod+"/32", identityPod)
	if got, _ := cache.of(address); got != identityPod {
		t.Errorf("got %d", got)
	}
}

func TestTheMapIsLookedForUntilTheAgentHasMadeIt(t *testing.T) {
	path := filepath.Join(bpffs(t), "cilium_ipcache_v2")
	cache, address := &ipcache{path: path}, netip.MustParseAddr(pod)
	if got, err := cache.of(address); err == nil {
		t.Errorf("without a map: got %d", got)
	}
	entered(t, pinned(t, path), pod+"/32", identityPod)
	if got, err := cache.of(address); err != nil || got != identityPod {
		t.Errorf("got %d, %v", got, err)
	}
}
