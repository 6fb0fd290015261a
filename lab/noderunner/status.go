package main

import (
	"context"
	"encoding/json"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
)

// probe keeps a running container's startup, readiness and liveness up to date.
func (w *worker) probe(ctx context.Context, container v1.Container, current *containerState, running *process) {
	address, netns := "", ""
	if len(w.addresses) > 0 {
		address = w.addresses[0]
	}
	if !w.pod.Spec.HostNetwork {
		netns = netnsPath(w.pod)
	}
	if container.StartupProbe != nil {
		// The kubelet waits initialDelay + period. Probing more often only makes the start faster.
		for {
			if !sleep(ctx, 250*time.Millisecond) {
				return
			}
			if check(ctx, container.StartupProbe, container, address, netns) == nil {
				break
			}
		}
		w.update(ctx, func() { current.started, current.ready = true, container.ReadinessProbe == nil })
	}
	if container.LivenessProbe != nil {
		go w.watchLiveness(ctx, container, address, netns, running)
	}
	if container.ReadinessProbe == nil {
		return
	}
	period := time.Duration(max(container.ReadinessProbe.PeriodSeconds, 1)) * time.Second
	failures := int32(0)
	for {
		err := check(ctx, container.ReadinessProbe, container, address, netns)
		failures++
		if err == nil {
			failures = 0
		}
		if ctx.Err() != nil {
			return
		}
		w.state.Lock()
		ready := current.ready
		w.state.Unlock()
		if err == nil && !ready {
			w.update(ctx, func() { current.ready = true })
		} else if ready && failures >= max(container.ReadinessProbe.FailureThreshold, 1) {
			w.update(ctx, func() { current.ready = false })
		}
		wait := period
		if !ready {
			wait = min(period, 500*time.Millisecond)
		}
		if !sleep(ctx, wait) {
			return
		}
	}
}

func (w *worker) watchLiveness(ctx context.Context, container v1.Container, address, netns string, running *process) {
	probe := container.LivenessProbe
	failures := int32(0)
	for sleep(ctx, time.Duration(max(probe.PeriodSeconds, 1))*time.Second) {
		failures++
		err := check(ctx, probe, container, address, netns)
		if err == nil {
			failures = 0
		}
		if failures >= max(probe.FailureThreshold, 1) {
			klog.InfoS("liveness failed, restarting", "pod", w.pod.Name, "container", container.Name, "err", err)
			running.stop(5 * time.Second)
			return
		}
	}
}

// update changes the state under its lock and writes the Pod's status if it differs.
func (w *worker) update(ctx context.Context, change func()) {
	w.state.Lock()
	change()
	w.state.Unlock()
	w.writing.Lock()
	defer w.writing.Unlock()
	for ctx.Err() == nil {
		status := w.status()
		body, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": w.pod.UID}, "status": status})
		if err != nil || string(body) == w.lastStatus {
			return
		}
		// No strategic merge: it would keep the old address of a Pod beside its new one.
		_, err = w.client.CoreV1().Pods(w.pod.Namespace).Patch(
			ctx, w.pod.Name, types.MergePatchType, body, metav1.PatchOptions{}, "status")
		if err == nil {
			w.lastStatus = string(body)
			return
		}
		if goneOrReplaced(err) {
			return
		}
		klog.V(1).InfoS("status not written, trying again", "pod", w.pod.Name, "err", err)
		sleep(ctx, 500*time.Millisecond)
	}
}

// contradicted returns whether the API has another readiness than the node's: the node lifecycle controller changes
// it for the Pods of a node with an expired Lease.
func (w *worker) contradicted(pod *v1.Pod) bool {
	w.state.Lock()
	own, told := w.conditions[v1.PodReady]
	w.state.Unlock()
	for _, one := range pod.Status.Conditions {
		if one.Type == v1.PodReady {
			return told && one.Status != own.Status
		}
	}
	return false
}

// insist writes the status again, whatever was written last, as the kubelet does.
func (w *worker) insist(ctx context.Context) {
	w.writing.Lock()
	w.lastStatus = ""
	w.writing.Unlock()
	w.update(ctx, func() {})
}

func goneOrReplaced(err error) bool {
	return err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err)
}

func (w *worker) status() v1.PodStatus {
	w.state.Lock()
	defer w.state.Unlock()
	status := v1.PodStatus{Phase: v1.PodPending, HostIP: w.config.Address,
		HostIPs: []v1.HostIP{{IP: w.config.Address}}, StartTime: &w.pod.CreationTimestamp}
	for i, address := range w.addresses {
		if i == 0 {
			status.PodIP = address
		}
		status.PodIPs = append(status.PodIPs, v1.PodIP{IP: address})
	}
	initialized, ready, ended, failed, running := true, true, true, false, false
	for _, container := range w.pod.Spec.InitContainers {
		one := w.containerStatus(container)
		initialized = initialized && one.Ready
		status.InitContainerStatuses = append(status.InitContainerStatuses, one)
	}
	for _, container := range w.pod.Spec.Containers {
		one := w.containerStatus(container)
		ready = ready && one.Ready
		running = running || one.State.Running != nil || one.RestartCount > 0
		ended = ended && one.State.Terminated != nil
		failed = failed || one.State.Terminated != nil && one.State.Terminated.ExitCode != 0
		status.ContainerStatuses = append(status.ContainerStatuses, one)
	}
	switch {
	case ended && w.pod.Spec.RestartPolicy != v1.RestartPolicyAlways && failed:
		status.Phase = v1.PodFailed
	case ended && w.pod.Spec.RestartPolicy != v1.RestartPolicyAlways:
		status.Phase = v1.PodSucceeded
	case running || ended:
		status.Phase = v1.PodRunning
	}
	status.Conditions = []v1.PodCondition{
		w.condition(v1.PodScheduled, true),
		w.condition(v1.PodInitialized, initialized),
		w.condition(v1.ContainersReady, ready),
		w.condition(v1.PodReady, ready),
	}
	return status
}

// condition keeps the time of the last change, so that an unchanged status stays unchanged.
func (w *worker) condition(kind v1.PodConditionType, holds bool) v1.PodCondition {
	condition := v1.PodCondition{Type: kind, Status: v1.ConditionFalse, LastTransitionTime: metav1.Now()}
	if holds {
		condition.Status = v1.ConditionTrue
	}
	if last, found := w.conditions[kind]; found && last.Status == condition.Status {
		return last
	}
	w.conditions[kind] = condition
	return condition
}

func (w *worker) containerStatus(container v1.Container) v1.ContainerStatus {
	current := w.containers[container.Name]
	status := v1.ContainerStatus{Name: container.Name, Image: container.Image, ImageID: "lab://" + container.Image,
		RestartCount: current.restarts, Ready: current.ready, Started: &current.started}
	switch {
	case current.process != nil:
		status.State.Running = &v1.ContainerStateRunning{StartedAt: metav1.NewTime(current.process.started)}
	case current.finished != nil:
		status.State.Terminated = current.finished
		// A completed init container counts as ready; an ended main container does not.
		status.Ready = w.isInit(container.Name) && current.finished.ExitCode == 0
	default:
		status.State.Waiting = &v1.ContainerStateWaiting{Reason: current.waiting, Message: current.message}
	}
	return status
}

func (w *worker) isInit(name string) bool {
	for _, container := range w.pod.Spec.InitContainers {
		if container.Name == name {
			return true
		}
	}
	return false
}
