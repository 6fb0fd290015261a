package main

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	cilium "github.com/cilium/proxy/go/cilium/api"
	"google.golang.org/protobuf/proto"
)

// hearer is the agent's end of the access log.
type hearer struct {
	listener *net.UnixListener
	entries  chan *cilium.LogEntry
	// The accepted connections.
	taken chan *net.UnixConn
}

func hear(t *testing.T, socket string) *hearer {
	t.Helper()
	listener, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: socket, Net: "unixpacket"})
	if err != nil {
		t.Fatal(err)
	}
	one := &hearer{listener: listener, entries: make(chan *cilium.LogEntry, 100), taken: make(chan *net.UnixConn, 100)}
	t.Cleanup(func() { one.leave() })
	go func() {
		for {
			connection, err := listener.AcceptUnix()
			if err != nil {
				close(one.taken)
				return
			}
			one.taken <- connection
			go one.read(connection)
		}
	}()
	return one
}

// read decodes one entry from each packet, as the agent does.
func (h *hearer) read(from *net.UnixConn) {
	packet := make([]byte, 65536)
	for {
		length, err := from.Read(packet)
		if err != nil || length == 0 {
			return
		}
		entry := &cilium.LogEntry{}
		if err := proto.Unmarshal(packet[:length], entry); err != nil {
			entry.PolicyName = "not read: " + err.Error()
		}
		h.entries <- entry
	}
}

// leave ends like a process: its connections and its socket are closed.
func (h *hearer) leave() {
	_ = h.listener.Close()
	for connection := range h.taken {
		_ = connection.Close()
	}
}

func numbered(number int) *cilium.LogEntry {
	return &cilium.LogEntry{PolicyName: strconv.Itoa(number)}
}

func TestEveryEntryIsAPacketOfItsOwn(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "log.sock")
	agent, log := hear(t, socket), &agentLog{path: socket}
	for i := range 20 {
		log.send(numbered(i))
	}
	for i := range 20 {
		if got := next(t, "an entry", agent.entries).PolicyName; got != strconv.Itoa(i) {
			t.Errorf("got %s", got)
		}
	}
	if len(agent.taken) != 1 {
		t.Errorf("by %d connections", len(agent.taken))
	}
}

func TestNobodyWaitsForALogThatNobodyTakes(t *testing.T) {
	directory := t.TempDir()
	abandoned := filepath.Join(directory, "abandoned.sock")
	listener, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: abandoned, Net: "unixpacket"})
	if err != nil {
		t.Fatal(err)
	}
	// As after a killed process: the file stays, but no process listens.
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
	if _, err := os.Stat(abandoned); err != nil {
		t.Fatal(err)
	}
	for _, socket := range []string{filepath.Join(directory, "none.sock"), abandoned} {
		log := &agentLog{path: socket}
		soon(t, "entries to be lost", func() error {
			for i := range 100 {
				log.send(numbered(i))
			}
			return nil
		})
	}
}

func TestTheLogFindsAnAgentThatStartedLater(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "log.sock")
	log := &agentLog{path: socket}
	log.send(numbered(1))
	agent := hear(t, socket)
	log.send(numbered(2))
	if got := next(t, "an entry", agent.entries).PolicyName; got != "2" {
		t.Errorf("got %s", got)
	}
}

func TestTheLogFindsAnAgentThatStartedAgain(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "log.sock")
	before, log := hear(t, socket), &agentLog{path: socket}
	log.send(numbered(1))
	next(t, "an entry", before.entries)
	before.leave()
	log.send(numbered(2))
	after := hear(t, socket)
	log.send(numbered(3))
	if got := next(t, "an entry", after.entries).PolicyName; got != "3" {
		t.Errorf("got %s", got)
	}
}

// The connection is broken, but the agent is back: not even this entry is lost.
func TestAnEntryIsSentAgainWhereItsConnectionIsBroken(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "log.sock")
	before, log := hear(t, socket), &agentLog{path: socket}
	log.send(numbered(1))
	next(t, "an entry", before.entries)
	before.leave()
	after := hear(t, socket)
	log.send(numbered(2))
	if got := next(t, "an entry", after.entries).PolicyName; got != "2" {
		t.Errorf("got %s", got)
	}
}

func TestTheAgentIsToldOfARequestAndItsVerdict(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "log.sock")
	agent, log := hear(t, socket), &agentLog{path: socket}
	what := asked()
	what.message = asking(":method", "GET", ":path", "/reviews?id=1", ":authority", "shop.example", "x-forwarded-proto", "https")
	for _, allowed := range []bool{true, false} {
		before := time.Now()
		log.request(enforced, what, verdict{allowed: allowed, policy: ingressIP, remote: identityBackend})
		got := next(t, "an entry", agent.entries)
		if when := time.Unix(0, int64(got.Timestamp)); when.Before(before) || when.After(time.Now()) {
			t.Errorf("at %s", when)
		}
		got.Timestamp = 0
		want := &cilium.LogEntry{EntryType: cilium.EntryType_Request, PolicyName: ingressIP, ProxyId: 7,
			SourceSecurityId: identityIngress, DestinationSecurityId: identityBackend,
			SourceAddress: client + ":40000", DestinationAddress: backend + ":8080",
			L7: &cilium.LogEntry_Http{Http: &cilium.HttpLogEntry{HttpProtocol: cilium.HttpProtocol_HTTP11, Scheme: "https",
				Host: "shop.example", Path: "/reviews?id=1", Method: "GET"}}}
		if !allowed {
			want.EntryType = cilium.EntryType_Denied
		}
		if !proto.Equal(got, want) {
			t.Errorf("got %v", got)
		}
	}
	what.message = nil
	log.request(enforced, what, verdict{allowed: true})
	if got := next(t, "an entry", agent.entries); got.L7 != nil || got.EntryType != cilium.EntryType_Request {
		t.Errorf("of a connection: got %v", got)
	}
}
