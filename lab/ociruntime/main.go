// ociruntime is an OCI runtime in front of runc: it limits requests to runc to the rights of this machine's root.
//
// Root in a virtual machine or a container can lack capabilities (CAP_SYS_RESOURCE above all). runc then fails for
// every privileged container and every kubelet's Pod, although their programs do not need the missing capabilities.
// ociruntime gives no additional rights: it only removes requests beyond the bounding set.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// The runtime that does the work.
const runc = "runc"

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "ociruntime:", err)
		os.Exit(1)
	}
}

// run rewrites the bundle of the call, and becomes runc.
func run(args []string) error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	own, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		return err
	}
	limits, err := limitsOf(string(status), string(own))
	if err != nil {
		return err
	}
	file, key := subject(args[1:])
	if file != "" {
		if err := limits.rewrite(file, key); err != nil {
			return err
		}
	}
	path, err := exec.LookPath(runc)
	if err != nil {
		return err
	}
	return syscall.Exec(path, append([]string{runc}, args[1:]...), os.Environ())
}

// subject returns the file with the process that a call starts, and the process's key in it; "" for calls that start
// no process.
func subject(args []string) (file, key string) {
	bundle, process, command := ".", "", ""
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		switch {
		case name == "--bundle" || name == "-b":
			bundle = value
		case name == "--process" || name == "-p":
			process = value
		case command == "" && (name == "create" || name == "run" || name == "exec"):
			command = name
		}
	}
	switch {
	case command == "exec":
		return process, ""
	case command != "":
		return filepath.Join(bundle, "config.json"), "process"
	}
	return "", ""
}
