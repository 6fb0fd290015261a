package main

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func testWorker(policy v1.RestartPolicy) *worker {
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "default", UID: "u"},
		Spec: v1.PodSpec{
			RestartPolicy:  policy,
			InitContainers: []v1.Container{{Name: "init"}},
			Containers:     []v1.Container{{Name: "main"}},
		},
	}
	return newWorker(&pods{config: Config{Address: "192.0.2.1"}}, pod)
}

func condition(status v1.PodStatus, kind v1.PodConditionType) v1.ConditionStatus {
	for _, one := range status.Conditions {
		if one.Type == kind {
			return one.Status
		}
	}
	return "absent"
}

func TestStatusFollowsTheContainers(t *testing.T) {
	w := testWorker(v1.RestartPolicyAlways)
	if status := w.status(); status.Phase != v1.PodPending || condition(status, v1.PodInitialized) != v1.ConditionFalse {
		t.Errorf("before anything ran: %v", status)
	}
	w.containers["init"].finished = &v1.ContainerStateTerminated{ExitCode: 0}
	if status := w.status(); condition(status, v1.PodInitialized) != v1.ConditionTrue || status.Phase != v1.PodPending {
		t.Errorf("after the init container: %v", status)
	}
	w.containers["main"].finished = &v1.ContainerStateTerminated{ExitCode: 0}
	if status := w.status(); condition(status, v1.PodReady) != v1.ConditionFalse || status.Phase != v1.PodRunning {
		t.Errorf("a main container that ended is not ready, and is restarted: %v", status)
	}
}

func TestPodsThatAreNotRestartedEnd(t *testing.T) {
	for code, phase := range map[int32]v1.PodPhase{0: v1.PodSucceeded, 3: v1.PodFailed} {
		w := testWorker(v1.RestartPolicyNever)
		w.containers["main"].finished = &v1.ContainerStateTerminated{ExitCode: code}
		if got := w.status().Phase; got != phase {
			t.Errorf("exit code %d: phase %s, want %s", code, got, phase)
		}
	}
}

func TestConditionTimesChangeOnlyWithTheCondition(t *testing.T) {
	w := testWorker(v1.RestartPolicyAlways)
	first := w.condition(v1.PodReady, false)
	time.Sleep(1100 * time.Millisecond)
	if again := w.condition(v1.PodReady, false); !again.LastTransitionTime.Equal(&first.LastTransitionTime) {
		t.Error("an unchanged condition got a new time")
	}
	if changed := w.condition(v1.PodReady, true); changed.LastTransitionTime.Equal(&first.LastTransitionTime) {
		t.Error("a changed condition kept its time")
	}
}
