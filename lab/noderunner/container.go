package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Box is the command that `noderunner contain` becomes, in namespaces of its own.
type Box struct {
	Argv     []string
	Env      []string
	Dir      string
	Hostname string
	NetNS    string
	Mounts   []Mount
}

// process is one started container.
type process struct {
	command *exec.Cmd
	started time.Time
	done    chan struct{}
	code    int
}

// start runs the box: a new mount and UTS namespace, the node's PID namespace and file system.
func start(box Box, log string) (*process, error) {
	spec, err := json.Marshal(box)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(log), 0o755); err != nil {
		return nil, err
	}
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	// The box is sent through a pipe: environment values can be secrets, and every process can read argv.
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	command := exec.Command("/proc/self/exe", "contain", "3")
	command.Stdout, command.Stderr = out, out
	command.ExtraFiles = []*os.File{reader}
	command.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true, Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWUTS,
	}
	if err := command.Start(); err != nil {
		writer.Close()
		return nil, err
	}
	_, err = writer.Write(spec)
	writer.Close()
	p := &process{command: command, started: time.Now(), done: make(chan struct{})}
	go func() {
		err := command.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			p.code = exit.ExitCode()
			if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
				p.code = 128 + int(status.Signal())
			}
		}
		// Also kills processes that the container left in its session.
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		close(p.done)
	}()
	return p, err
}

// stop ends the container: TERM, and KILL after the grace period.
func (p *process) stop(grace time.Duration) {
	_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
		_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
}

// contain runs inside the new namespaces: it binds the volumes, joins the network, and becomes the command.
func contain(descriptor string) error {
	runtime.LockOSThread()
	var box Box
	pipe := os.NewFile(3, descriptor)
	if err := json.NewDecoder(pipe).Decode(&box); err != nil {
		return fmt.Errorf("reading the box: %w", err)
	}
	pipe.Close()
	// Later mounts of the node (network namespaces, bpffs) still propagate here; ours do not propagate to the node.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("mount propagation: %w", err)
	}
	if err := bindAll(box.Mounts); err != nil {
		return err
	}
	if box.NetNS != "" {
		file, err := os.Open(box.NetNS)
		if err != nil {
			return err
		}
		if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("joining %s: %w", box.NetNS, err)
		}
		file.Close()
	}
	if box.Hostname != "" {
		if err := unix.Sethostname([]byte(box.Hostname)); err != nil {
			return err
		}
	}
	if box.Dir != "" {
		if err := os.Chdir(box.Dir); err != nil {
			return err
		}
	}
	path, err := lookPath(box.Argv[0])
	if err != nil {
		return err
	}
	return syscall.Exec(path, box.Argv, box.Env)
}

func lookPath(name string) (string, error) {
	key, value := "PATH", searchPath[len("PATH="):]
	os.Setenv(key, value)
	return exec.LookPath(name)
}
