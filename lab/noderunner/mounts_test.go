package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// alone gives the test a directory in a mount namespace of its own. The thread is never used again.
func alone(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if os.Getuid() != 0 {
		t.Skip("mounts need root")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
		t.Skip(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(root, unix.MNT_DETACH) })
	return root
}

func put(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(path), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// The chart's Envoy first mounts the directory of its sockets, and then the ConfigMap, which would hide it.
func TestAMountInsideAnotherIsThereWhateverTheOrder(t *testing.T) {
	root := alone(t)
	run, config := filepath.Join(root, "run/envoy"), filepath.Join(root, "config")
	sockets := put(t, run, "sockets/xds.sock")
	put(t, config, "bootstrap.json")
	program := put(t, root, "program")
	err := bindAll([]Mount{
		{Source: filepath.Join(run, "sockets"), Target: filepath.Join(run, "sockets")},
		{Source: config, Target: run, ReadOnly: true},
		{Source: program, Target: filepath.Join(root, "bin/envoy")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{sockets, filepath.Join(run, "bootstrap.json"), filepath.Join(root, "bin/envoy")} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if err := os.WriteFile(filepath.Join(run, "new"), nil, 0o644); !errors.Is(err, unix.EROFS) {
		t.Errorf("the outer mount is to be read-only, got %v", err)
	}
	if err := os.WriteFile(filepath.Join(run, "sockets/new"), nil, 0o644); err != nil {
		t.Errorf("the inner mount is to be writable, got %v", err)
	}
}

func TestWhatIsThereAlreadyIsNotMountedAgain(t *testing.T) {
	root := alone(t)
	put(t, root, "run/file")
	place := filepath.Join(root, "run")
	if err := bindAll([]Mount{{Source: place, Target: place, ReadOnly: true}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(place, "new"), nil, 0o644); err != nil {
		t.Errorf("the node's own directory is as it was, got %v", err)
	}
}

func TestAMountWithoutASourceNamesIt(t *testing.T) {
	root := t.TempDir()
	err := bindAll([]Mount{{Source: filepath.Join(root, "absent"), Target: filepath.Join(root, "place")}})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
