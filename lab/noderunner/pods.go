package main

import (
	"context"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// pods holds one worker for each Pod that is bound to this node.
type pods struct {
	config  Config
	client  kubernetes.Interface
	images  imageFile
	network *network

	mutex   sync.Mutex
	workers map[types.UID]*worker
}

func newPods(config Config, client kubernetes.Interface, network *network) *pods {
	return &pods{config: config, client: client, images: imageFile(config.Images), network: network,
		workers: map[types.UID]*worker{}}
}

// run watches the node's Pods until the context ends, then stops its workers.
func (p *pods) run(ctx context.Context) {
	source := cache.NewListWatchFromClient(p.client.CoreV1().RESTClient(), "pods", v1.NamespaceAll,
		fields.OneTermEqualSelector("spec.nodeName", p.config.Node))
	_, controller := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: source, ObjectType: &v1.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    func(object any) { p.changed(ctx, object.(*v1.Pod)) },
			UpdateFunc: func(_, object any) { p.changed(ctx, object.(*v1.Pod)) },
			DeleteFunc: p.deleted,
		},
	})
	controller.RunWithContext(ctx)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var group sync.WaitGroup
	for _, each := range p.workers {
		group.Go(func() { each.halt(2 * time.Second) })
	}
	group.Wait()
}

func (p *pods) changed(ctx context.Context, pod *v1.Pod) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	existing, found := p.workers[pod.UID]
	if pod.DeletionTimestamp != nil {
		if !found {
			existing = newWorker(p, pod)
			p.workers[pod.UID] = existing
		}
		existing.terminate(ctx, pod)
		return
	}
	// The parts of a Pod's spec that a node runs do not change: after the start only the Pod's end matters.
	if found && existing.contradicted(pod) {
		go existing.insist(ctx)
	}
	if found || pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed {
		return
	}
	created := newWorker(p, pod)
	p.workers[pod.UID] = created
	go created.run(ctx)
}

func (p *pods) deleted(object any) {
	if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = unknown.Obj
	}
	pod, ok := object.(*v1.Pod)
	if !ok {
		return
	}
	p.mutex.Lock()
	gone := p.workers[pod.UID]
	delete(p.workers, pod.UID)
	p.mutex.Unlock()
	if gone != nil {
		go gone.halt(time.Second)
	}
}

func (p *pods) byName(namespace, name string) *worker {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, each := range p.workers {
		if each.pod.Namespace == namespace && each.pod.Name == name {
			return each
		}
	}
	return nil
}
