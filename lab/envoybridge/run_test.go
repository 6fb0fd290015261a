package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// script returns a program that replaces Envoy.
func script(t *testing.T, text string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "envoy")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	setting(t, envoyBinary, path)
}

func setting(t *testing.T, flag *string, value string) {
	before := *flag
	*flag = value
	t.Cleanup(func() { *flag = before })
}

func TestTheBridgeEndsWithEnvoy(t *testing.T) {
	for text, want := range map[string]string{"exit 0": "status 0", "exit 3": "exit status 3", "kill -9 $$": "signal: killed"} {
		script(t, text)
		if err := runEnvoy(nil); err == nil || err.Error() != "envoy ended: "+want {
			t.Errorf("%s: got %v", text, err)
		}
	}
	setting(t, envoyBinary, "/none")
	if err := runEnvoy(nil); err == nil || strings.Contains(err.Error(), "ended") {
		t.Errorf("got %v", err)
	}
}

// When the kubelet stops the bridge, Envoy must close its connections in order.
func TestASignalGoesOnToEnvoy(t *testing.T) {
	// Without this, a signal before the bridge handles it would end the test.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	t.Cleanup(func() { signal.Reset(syscall.SIGTERM, syscall.SIGINT) })
	script(t, "trap 'exit 9' TERM\nwhile :; do kill -TERM $PPID; sleep 0.02; done")
	soon(t, "the end", func() error {
		if err := runEnvoy(nil); err.Error() != "envoy ended: exit status 9" {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestTheBridgeIsThereBeforeEnvoyStarts(t *testing.T) {
	directory := t.TempDir()
	chart := filepath.Join(directory, "bootstrap-config.json")
	if err := os.WriteFile(chart, []byte(chartsBootstrap), 0o600); err != nil {
		t.Fatal(err)
	}
	setting(t, sockets, directory)
	setting(t, scratch, directory)
	setting(t, ipcachePath, filepath.Join(directory, "none"))
	agent := startAgent(t, filepath.Join(directory, "xds.sock"))
	script(t, `test -S "`+directory+`/bridge.sock" || exit 1
grep -q "`+directory+`/bridge.sock" "$3" || exit 2
echo "$@" > "`+directory+`/arguments"`)
	if err := run([]string{"-c " + chart, "--base-id 0"}); err == nil || err.Error() != "envoy ended: status 0" {
		t.Fatalf("got %v", err)
	}
	got, _ := os.ReadFile(filepath.Join(directory, "arguments"))
	if want := "--disable-hot-restart -c " + directory + "/envoy-bootstrap.json\n"; string(got) != want {
		t.Errorf("got %s", got)
	}
	// The agent got a request for its policies.
	if got := agent.stream(t); got.method != policyMethod {
		t.Errorf("got %s", got.method)
	}
	if err := run([]string{"-c " + directory + "/none.json"}); err == nil || strings.Contains(err.Error(), "ended") {
		t.Errorf("without a bootstrap: got %v", err)
	}
}
