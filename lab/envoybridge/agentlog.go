package main

import (
	"errors"
	"log"
	"net"
	"sync"
	"syscall"
	"time"

	cilium "github.com/cilium/proxy/go/cilium/api"
	"google.golang.org/protobuf/proto"
)

// agentLog reports requests to the agent, as Cilium's filters do, for `cilium-dbg monitor` and Hubble.
type agentLog struct {
	path string
	mu   sync.Mutex
	conn *net.UnixConn
	// Limits the log to one line for each loss of the agent, not for each request.
	silent bool
}

// request reports a request when it is judged.
func (l *agentLog) request(to subject, what traffic, verdict verdict) {
	kind := cilium.EntryType_Request
	if !verdict.allowed {
		kind = cilium.EntryType_Denied
	}
	entry := &cilium.LogEntry{
		Timestamp: uint64(time.Now().UnixNano()), EntryType: kind, PolicyName: verdict.policy, ProxyId: to.proxy,
		SourceSecurityId: identityIngress, DestinationSecurityId: verdict.remote,
		SourceAddress: what.source.String(), DestinationAddress: what.upstream.String(),
	}
	if what.message != nil {
		headers := what.message.headers
		entry.L7 = &cilium.LogEntry_Http{Http: &cilium.HttpLogEntry{
			HttpProtocol: cilium.HttpProtocol_HTTP11, Scheme: headers["x-forwarded-proto"],
			Host: headers[":authority"], Path: headers[":path"], Method: headers[":method"],
		}}
	}
	l.send(entry)
}

// send writes the entry. An entry may be lost while the agent restarts: no request waits for the agent.
func (l *agentLog) send(entry *cilium.LogEntry) {
	text, err := proto.Marshal(entry)
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 2 {
		if l.conn == nil {
			if l.conn, err = net.DialUnix("unixpacket", nil, &net.UnixAddr{Name: l.path, Net: "unixpacket"}); err != nil {
				break
			}
		}
		if err = sendNow(l.conn, text); err == nil {
			l.silent = false
			return
		}
		if errors.Is(err, syscall.EAGAIN) {
			// The agent listens but does not read: there may be room for the next entry.
			break
		}
		l.conn.Close()
		l.conn = nil
	}
	if !l.silent {
		log.Printf("access log: %v", err)
	}
	l.silent = true
}

// sendNow sends a packet or fails at once: no request must wait for an agent that does not read.
func sendNow(conn *net.UnixConn, packet []byte) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Write(func(descriptor uintptr) bool {
		err = syscall.Sendto(int(descriptor), packet, syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, nil)
		return true
	})
	return errors.Join(failed, err)
}
