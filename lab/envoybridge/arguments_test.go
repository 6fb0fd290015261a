package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestEnvoysArgumentsAreRewritten(t *testing.T) {
	directory := t.TempDir()
	chart := filepath.Join(directory, "bootstrap-config.json")
	if err := os.WriteFile(chart, []byte(chartsBootstrap), 0o600); err != nil {
		t.Fatal(err)
	}
	// As in the chart's DaemonSet: a flag and its value are one word, except in arguments that are added by hand.
	got, err := rewritten([]string{"-c " + chart, "--base-id 0", "--log-level info", "--concurrency", "4"}, "/run/bridge.sock", directory)
	own := filepath.Join(directory, "envoy-bootstrap.json")
	want := []string{"--disable-hot-restart", "-c", own, "--log-level", "info", "--concurrency", "4"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	if text, err := os.ReadFile(own); err != nil || !strings.Contains(string(text), "/run/bridge.sock") {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestABootstrapThatIsNotThereIsNamed(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.json")
	if _, err := rewritten([]string{"-c " + missing}, "/run/bridge.sock", t.TempDir()); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("got %v", err)
	}
}

func TestTheSocketOfABridgeThatWasKilledIsTakenOver(t *testing.T) {
	directory := t.TempDir()
	own := filepath.Join(directory, "bridge.sock")
	if err := os.WriteFile(own, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	agent := connected(t, filepath.Join(directory, "xds.sock"))
	if err := serve(own, agent, judging(t, everybody)); err != nil {
		t.Error(err)
	}
	if err := serve(filepath.Join(directory, "none", "bridge.sock"), agent, judging(t, everybody)); err == nil {
		t.Error("a socket in a directory that is not there")
	}
}
