// envoybridge replaces cilium-envoy-starter: it runs upstream Envoy, and translates between Envoy and the
// Cilium agent. Upstream features replace the filters that only Cilium's build has.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	accesslog "github.com/envoyproxy/go-control-plane/envoy/service/accesslog/v3"
	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	process "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
)

// agentSocket is the socket of the agent's xDS server, as in the chart's bootstrap.
const agentSocket = "/var/run/cilium/envoy/sockets/xds.sock"

// Arguments of the chart for cilium-envoy-starter, and the lab's paths of the programs.
var (
	envoyBinary = flag.String("envoy", "/usr/bin/cilium-envoy", "the Envoy to run")
	sockets     = flag.String("sockets", filepath.Dir(agentSocket), "directory of the agent's sockets")
	ipcachePath = flag.String("ipcache", "/sys/fs/bpf/tc/globals/cilium_ipcache_v2", "the agent's pinned map of identities")
	scratch     = flag.String("scratch", os.TempDir(), "directory for the rewritten bootstrap")
	_           = flag.Bool("keep-cap-net-bind-service", false, "taken for the chart's sake: the lab takes no capabilities away")
)

func main() {
	flag.Parse()
	log.SetFlags(0)
	log.SetPrefix("envoybridge: ")
	if err := run(flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(args []string) error {
	own := filepath.Join(*sockets, "bridge.sock")
	agent, err := dial(filepath.Join(*sockets, filepath.Base(agentSocket)))
	if err != nil {
		return err
	}
	identities := &ipcache{path: *ipcachePath}
	policies := newPolicies(identities)
	policies.reached = identities.forget
	go policies.follow(agent)
	judge := &judge{policies: policies, identities: identities,
		log: &agentLog{path: filepath.Join(*sockets, "access_log.sock")}}
	if err := serve(own, agent, judge); err != nil {
		return err
	}
	if args, err = rewritten(args, own, *scratch); err != nil {
		return err
	}
	return runEnvoy(args)
}

// dial returns a connection that recovers within a second of the agent's return: agents restart under load.
func dial(socket string) (*grpc.ClientConn, error) {
	patience := grpc.ConnectParams{MinConnectTimeout: time.Second,
		Backoff: backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.5, MaxDelay: time.Second}}
	return grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(patience), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)))
}

func serve(socket string, agent *grpc.ClientConn, judge *judge) error {
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	streams := &streams{agent: agent, translator: &translator{ingress: judge.policies.ingressAddresses}}
	server := grpc.NewServer(grpc.UnknownServiceHandler(streams.pass))
	process.RegisterExternalProcessorServer(server, &requests{judge: judge})
	auth.RegisterAuthorizationServer(server, &connections{judge: judge})
	accesslog.RegisterAccessLogServiceServer(server, &responses{judge: judge})
	go func() { log.Fatal(server.Serve(listener)) }()
	return nil
}

// rewritten returns Envoy's arguments with a bootstrap for the bridge. In the chart, flag and value are one
// word. --base-id is for hot restarts, which use memory that the lab's hosts share.
func rewritten(args []string, own, directory string) ([]string, error) {
	result := []string{"--disable-hot-restart"}
	for _, word := range args {
		flag, value, both := strings.Cut(word, " ")
		switch flag {
		case "-c":
			target := filepath.Join(directory, "envoy-bootstrap.json")
			if err := rewriteBootstrap(value, target, own); err != nil {
				return nil, fmt.Errorf("%s: %w", value, err)
			}
			result = append(result, "-c", target)
		case "--base-id":
		default:
			result = append(result, flag)
			if both {
				result = append(result, value)
			}
		}
	}
	return result, nil
}

// runEnvoy ends with Envoy, and Envoy ends with the bridge: however the bridge ends, no old Envoy keeps the ports.
func runEnvoy(args []string) error {
	envoy := exec.Command(*envoyBinary, args...)
	envoy.Stdout, envoy.Stderr = os.Stdout, os.Stderr
	envoy.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := envoy.Start(); err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() { _ = envoy.Process.Signal(<-signals) }()
	return fmt.Errorf("envoy ended: %w", orEnded(envoy.Wait()))
}

func orEnded(err error) error {
	if err == nil {
		return fmt.Errorf("status 0")
	}
	return err
}
