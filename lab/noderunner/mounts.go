package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
	v1 "k8s.io/api/core/v1"
)

// Mount binds a directory or file of the node into the container's view.
type Mount struct {
	Source   string
	Target   string
	SubPath  string
	ReadOnly bool
}

// mounts lists a container's volume mounts, as in the Pod.
func mounts(container v1.Container, volumes map[string]string) []Mount {
	result := []Mount{}
	for _, mount := range container.VolumeMounts {
		result = append(result, Mount{
			Source: volumes[mount.Name], Target: mount.MountPath,
			SubPath: mount.SubPath, ReadOnly: mount.ReadOnly,
		})
	}
	return result
}

// bindAll makes the mounts, outer ones first, whatever their order in the Pod. Sources are files of the node, so each
// is opened before a mount can cover it. Mounts become read-only at the end: inner mounts need a mount point first.
func bindAll(all []Mount) error {
	sorted := slices.SortedStableFunc(slices.Values(all), func(a, b Mount) int {
		return cmp.Compare(depth(a.Target), depth(b.Target))
	})
	sources := make([]*os.File, len(sorted))
	for i, mount := range sorted {
		source := filepath.Join(mount.Source, mount.SubPath)
		fd, err := unix.Open(source, unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("mounting %s: %s: %w", mount.Target, source, err)
		}
		sources[i] = os.NewFile(uintptr(fd), source)
		defer sources[i].Close()
	}
	readOnly := []string{}
	for i, mount := range sorted {
		target, err := bind(sources[i], mount.Target)
		if err != nil {
			return fmt.Errorf("mounting %s: %w", mount.Target, err)
		}
		if mount.ReadOnly && target != "" {
			readOnly = append(readOnly, target)
		}
	}
	for _, target := range readOnly {
		if err := unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("mounting %s read-only: %w", target, err)
		}
	}
	return nil
}

func depth(path string) int {
	return strings.Count(filepath.Clean(path), "/")
}

// bind mounts the source and returns the place, or "" if the source is already there.
func bind(source *os.File, place string) (string, error) {
	info, err := source.Stat()
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		err = os.MkdirAll(place, 0o755)
	} else if _, missing := os.Stat(place); missing != nil {
		if err = os.MkdirAll(filepath.Dir(place), 0o755); err == nil {
			err = os.WriteFile(place, nil, 0o644)
		}
	}
	if err != nil {
		return "", err
	}
	target, err := filepath.EvalSymlinks(place)
	if err != nil {
		return "", err
	}
	if there, err := os.Stat(target); err == nil && os.SameFile(info, there) {
		return "", nil
	}
	from := fmt.Sprintf("/proc/self/fd/%d", source.Fd())
	return target, unix.Mount(from, target, "", unix.MS_BIND|unix.MS_REC, "")
}
