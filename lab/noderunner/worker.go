package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
)

const (
	setupRetry   = 300 * time.Millisecond
	backoffFirst = time.Second
	backoffMost  = 10 * time.Second
)

// worker runs one Pod from its sandbox to its end.
type worker struct {
	*pods
	pod       *v1.Pod
	stopped   chan struct{}
	stopOnce  sync.Once
	goneOnce  sync.Once
	addresses []string

	state      sync.Mutex
	containers map[string]*containerState
	conditions map[v1.PodConditionType]v1.PodCondition
	writing    sync.Mutex
	lastStatus string
}

// containerState is the reported state of one container.
type containerState struct {
	process  *process
	waiting  string
	message  string
	finished *v1.ContainerStateTerminated
	restarts int32
	ready    bool
	started  bool
}

func newWorker(p *pods, pod *v1.Pod) *worker {
	w := &worker{pods: p, pod: pod, stopped: make(chan struct{}), containers: map[string]*containerState{},
		conditions: map[v1.PodConditionType]v1.PodCondition{}}
	for _, container := range append(append([]v1.Container{}, pod.Spec.InitContainers...), pod.Spec.Containers...) {
		w.containers[container.Name] = &containerState{waiting: "PodInitializing"}
	}
	return w
}

func (w *worker) dir() string { return filepath.Join(w.config.Root, "pods", string(w.pod.UID)) }

func (w *worker) logPath(container string) string {
	return filepath.Join("/var/log/pods", w.pod.Namespace+"_"+w.pod.Name, container+".log")
}

func (w *worker) run(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	go func() { <-w.stopped; cancel() }()
	if !w.setup(ctx, "network", w.sandbox) {
		return
	}
	var directories map[string]string
	if !w.setup(ctx, "volumes", func(ctx context.Context) (err error) {
		directories, err = volumes(ctx, w.client, w.config, w.pod)
		return err
	}) {
		return
	}
	for _, container := range w.pod.Spec.InitContainers {
		if !w.runToSuccess(ctx, container, directories) {
			return
		}
	}
	for _, container := range w.pod.Spec.Containers {
		go w.keepRunning(ctx, container, directories)
	}
	<-ctx.Done()
}

// setup retries a step until it succeeds. The Pod's status shows the last error.
func (w *worker) setup(ctx context.Context, what string, step func(context.Context) error) bool {
	for {
		err := step(ctx)
		if err == nil {
			return true
		}
		w.update(ctx, func() {
			for _, each := range w.containers {
				each.waiting, each.message = "ContainerCreating", fmt.Sprintf("%s: %v", what, err)
			}
		})
		if !sleep(ctx, setupRetry) {
			return false
		}
	}
}

func (w *worker) sandbox(ctx context.Context) error {
	if w.pod.Spec.HostNetwork {
		w.addresses = []string{w.config.Address}
		return nil
	}
	addresses, err := w.network.add(ctx, w.pod)
	w.addresses = addresses
	return err
}

func (w *worker) runToSuccess(ctx context.Context, container v1.Container, directories map[string]string) bool {
	backoff := backoffFirst
	for ctx.Err() == nil {
		code, err := w.once(ctx, container, directories)
		if err == nil && code == 0 {
			return true
		}
		if !sleep(ctx, backoff) {
			return false
		}
		backoff = min(2*backoff, backoffMost)
		w.update(ctx, func() { w.containers[container.Name].restarts++ })
	}
	return false
}

func (w *worker) keepRunning(ctx context.Context, container v1.Container, directories map[string]string) {
	backoff := backoffFirst
	for ctx.Err() == nil {
		began := time.Now()
		code, err := w.once(ctx, container, directories)
		policy := w.pod.Spec.RestartPolicy
		finished := err == nil && (policy == v1.RestartPolicyNever || policy == v1.RestartPolicyOnFailure && code == 0)
		if ctx.Err() != nil || finished {
			return
		}
		// As in the kubelet: the first restart is immediate, and a crash loop waits longer each time.
		if time.Since(began) > time.Minute {
			backoff = backoffFirst
		}
		if !sleep(ctx, backoff) {
			return
		}
		backoff = min(2*backoff, backoffMost)
		w.update(ctx, func() { w.containers[container.Name].restarts++ })
	}
}

// once starts the container and waits for its end. The exit code is 0 if nothing had to run.
func (w *worker) once(ctx context.Context, container v1.Container, directories map[string]string) (int, error) {
	current := w.containers[container.Name]
	entry, err := w.images.find(container)
	if err == nil && entry == nil {
		err = fmt.Errorf("the lab has no command for image %s", container.Image)
	}
	if err != nil {
		w.update(ctx, func() { current.waiting, current.message = "ErrImageNeverPull", err.Error() })
		return 0, err
	}
	if entry.Done != "" {
		w.update(ctx, func() {
			current.waiting, current.finished = "", &v1.ContainerStateTerminated{
				Reason: "Completed", Message: entry.Done, FinishedAt: metav1.Now(),
			}
		})
		return 0, nil
	}
	started, err := w.launch(ctx, entry, container, directories)
	if err != nil {
		klog.ErrorS(err, "starting", "pod", w.pod.Name, "container", container.Name)
		w.update(ctx, func() { current.waiting, current.message = "CreateContainerError", err.Error() })
		return 0, err
	}
	w.update(ctx, func() {
		current.process, current.waiting, current.message, current.finished = started, "", "", nil
		current.started = container.StartupProbe == nil
		current.ready = container.StartupProbe == nil && container.ReadinessProbe == nil
	})
	probing, cancel := context.WithCancel(ctx)
	go w.probe(probing, container, current, started)
	<-started.done
	cancel()
	reason := "Completed"
	if started.code != 0 {
		reason = "Error"
	}
	w.update(ctx, func() {
		current.process, current.ready, current.started = nil, false, false
		current.finished = &v1.ContainerStateTerminated{
			ExitCode: int32(started.code), Reason: reason,
			StartedAt: metav1.NewTime(started.started), FinishedAt: metav1.Now(),
		}
	})
	return started.code, nil
}

func (w *worker) launch(ctx context.Context, entry *Image, container v1.Container,
	directories map[string]string) (*process, error) {
	argv, err := entry.argv(container.Command, container.Args)
	if err != nil {
		return nil, err
	}
	env, err := environment(ctx, w.client, w.config, w.pod, container)
	if err != nil {
		return nil, err
	}
	box := Box{Argv: expand(argv, env), Env: env, Dir: container.WorkingDir}
	// Volumes cover the image's files.
	box.Mounts = append(append(box.Mounts, entry.Mounts...), mounts(container, directories)...)
	if !w.pod.Spec.HostNetwork {
		hosts, err := w.hosts(ctx)
		if err != nil {
			return nil, err
		}
		box.Mounts = append([]Mount{hosts}, box.Mounts...)
		box.NetNS, box.Hostname = netnsPath(w.pod), w.pod.Name
	}
	return start(box, w.logPath(container.Name))
}

// terminate follows a deletion: it stops the Pod, releases the network, and reports the end to the API.
func (w *worker) terminate(ctx context.Context, pod *v1.Pod) {
	w.goneOnce.Do(func() {
		go func() {
			grace := 30 * time.Second
			if pod.DeletionGracePeriodSeconds != nil {
				grace = time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second
			}
			w.halt(grace)
			zero := int64(0)
			for ctx.Err() == nil {
				err := w.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
					GracePeriodSeconds: &zero, Preconditions: metav1.NewUIDPreconditions(string(pod.UID)),
				})
				if goneOrReplaced(err) {
					return
				}
				klog.ErrorS(err, "deleting", "pod", pod.Name)
				sleep(ctx, time.Second)
			}
		}()
	})
}

// halt stops every container and releases the network. It may be called more than once.
func (w *worker) halt(grace time.Duration) {
	w.stopOnce.Do(func() {
		close(w.stopped)
		w.state.Lock()
		running := []*process{}
		for _, each := range w.containers {
			if each.process != nil {
				running = append(running, each.process)
			}
		}
		w.state.Unlock()
		var group sync.WaitGroup
		for _, each := range running {
			group.Go(func() { each.stop(grace) })
		}
		group.Wait()
		if !w.pod.Spec.HostNetwork {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			w.network.remove(ctx, w.pod)
		}
		_ = os.RemoveAll(w.dir())
	})
}

func (w *worker) pid(container string) int {
	w.state.Lock()
	defer w.state.Unlock()
	current := w.containers[container]
	if current == nil || current.process == nil {
		return 0
	}
	return current.process.command.Process.Pid
}
