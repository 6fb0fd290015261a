package main

import (
	"fmt"
	"net/netip"
	"sync"

	"github.com/cilium/ebpf"
)

// identityWorld is the identity of an address without an entry of the agent.
const identityWorld = 2

// ipcache is the agent's pinned map: address -> security identity. The agent's answer over xDS (NPHDS) is
// empty for a moment after a restart, but the map stays.
type ipcache struct {
	path  string
	mu    sync.RWMutex
	table *ebpf.Map
}

// ipcacheKey is struct ipcache_key of Cilium's bpf/lib/eps.h.
type ipcacheKey struct {
	Bits    uint32
	Cluster uint16
	_       uint8
	Family  uint8
	Address [16]byte
}

// Bits before the address that count for the prefix length: cluster, padding and family.
const ipcacheBase = 32

func keyOf(ip netip.Addr) ipcacheKey {
	ip = ip.Unmap()
	key := ipcacheKey{Bits: ipcacheBase + uint32(ip.BitLen()), Family: 1}
	if ip.Is6() {
		key.Family = 2
	}
	copy(key.Address[:], ip.AsSlice())
	return key
}

// of returns the identity of the longest prefix that contains the address.
func (c *ipcache) of(ip netip.Addr) (uint32, error) {
	c.mu.RLock()
	for c.table == nil {
		c.mu.RUnlock()
		if err := c.open(); err != nil {
			return 0, err
		}
		c.mu.RLock()
	}
	defer c.mu.RUnlock()
	value := make([]byte, c.table.ValueSize())
	if err := c.table.Lookup(keyOf(ip), &value); err != nil {
		return identityWorld, nil
	}
	return uint32(value[0]) | uint32(value[1])<<8 | uint32(value[2])<<16 | uint32(value[3])<<24, nil
}

func (c *ipcache) open() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.table != nil {
		return nil
	}
	table, err := ebpf.LoadPinnedMap(c.path, &ebpf.LoadPinOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	c.table = table
	return nil
}

// forget makes the next query open the map again: a starting agent may have made a new one.
func (c *ipcache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.table != nil {
		c.table.Close()
		c.table = nil
	}
}
