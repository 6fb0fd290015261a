package main

import (
	"context"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestAReadinessThatSomebodyElseWroteIsPutRight(t *testing.T) {
	ctx := context.Background()
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "default", UID: "u"},
		Spec: v1.PodSpec{Containers: []v1.Container{{Name: "main"}}}}
	client := fake.NewClientset(pod)
	w := newWorker(&pods{client: client}, pod)
	w.update(ctx, func() { w.containers["main"].ready = true })
	get := func() *v1.Pod {
		found, err := client.CoreV1().Pods("default").Get(ctx, "p", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := get(); condition(found.Status, v1.PodReady) != v1.ConditionTrue || w.contradicted(found) {
		t.Fatalf("the node's own word: %v", found.Status.Conditions)
	}
	// As the node lifecycle controller does after a Lease has expired.
	marked := get()
	for i := range marked.Status.Conditions {
		if marked.Status.Conditions[i].Type == v1.PodReady {
			marked.Status.Conditions[i].Status = v1.ConditionFalse
		}
	}
	if _, err := client.CoreV1().Pods("default").UpdateStatus(ctx, marked, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if !w.contradicted(get()) {
		t.Fatal("another readiness than the node's was not seen")
	}
	w.insist(ctx)
	if found := get(); condition(found.Status, v1.PodReady) != v1.ConditionTrue {
		t.Errorf("it was not put right: %v", found.Status.Conditions)
	}
}
