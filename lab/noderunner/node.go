package main

import (
	"context"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/component-helpers/apimachinery/lease"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
)

const (
	// The kubelet's own values: lease of 40 s, renewed every 10 s.
	leaseSeconds  = 40
	leaseRenewal  = 10 * time.Second
	statusPeriod  = 500 * time.Millisecond
	statusRefresh = 30 * time.Second
)

// runNode registers the Node, renews its Lease and sets its Ready condition by the state of the network.
func runNode(ctx context.Context, config Config, client kubernetes.Interface, network *network) {
	for {
		err := register(ctx, config, client)
		if err == nil {
			break
		}
		klog.ErrorS(err, "registering the node")
		if !sleep(ctx, time.Second) {
			return
		}
	}
	leases := lease.NewController(clock.RealClock{}, client, config.Node, leaseSeconds, nil,
		leaseRenewal, config.Node, v1.NamespaceNodeLease, nil)
	go leases.Run(ctx)

	// As in the kubelet: a node without CNI configuration is not ready. A change is noticed within a second.
	ready, written := false, time.Time{}
	for sleep(ctx, statusPeriod) {
		now := network.ready()
		if now == ready && time.Since(written) < statusRefresh && !written.IsZero() {
			continue
		}
		if err := writeStatus(ctx, config, client, now); err != nil {
			klog.ErrorS(err, "writing the node's status")
			continue
		}
		ready, written = now, time.Now()
	}
}

func register(ctx context.Context, config Config, client kubernetes.Interface) error {
	labels := map[string]string{
		"kubernetes.io/hostname": config.Node,
		"kubernetes.io/os":       "linux",
		"kubernetes.io/arch":     "amd64",
	}
	for key, value := range config.Labels {
		labels[key] = value
	}
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: config.Node, Labels: labels}}
	if config.PodCIDR != "" {
		node.Spec.PodCIDR = config.PodCIDR
		node.Spec.PodCIDRs = []string{config.PodCIDR}
	}
	for _, text := range config.Taints {
		pair, effect, _ := strings.Cut(text, ":")
		key, value, _ := strings.Cut(pair, "=")
		node.Spec.Taints = append(node.Spec.Taints,
			v1.Taint{Key: key, Value: value, Effect: v1.TaintEffect(effect)})
	}
	_, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func writeStatus(ctx context.Context, config Config, client kubernetes.Interface, ready bool) error {
	node, err := client.CoreV1().Nodes().Get(ctx, config.Node, metav1.GetOptions{})
	if err != nil {
		return err
	}
	node = node.DeepCopy()
	capacity := v1.ResourceList{
		v1.ResourceCPU:    resource.MustParse("2"),
		v1.ResourceMemory: resource.MustParse("4Gi"),
		v1.ResourcePods:   resource.MustParse("110"),
	}
	node.Status.Capacity, node.Status.Allocatable = capacity, capacity
	node.Status.Addresses = []v1.NodeAddress{
		{Type: v1.NodeInternalIP, Address: config.Address},
		{Type: v1.NodeHostName, Address: config.Node},
	}
	node.Status.DaemonEndpoints.KubeletEndpoint.Port = kubeletPort
	node.Status.NodeInfo.KubeletVersion = "v1.34.4"
	node.Status.NodeInfo.ContainerRuntimeVersion = "noderunner://1"
	node.Status.NodeInfo.OperatingSystem = "linux"
	node.Status.NodeInfo.Architecture = "amd64"
	node.Status.NodeInfo.OSImage = "cilium-edge lab host"
	condition := v1.NodeCondition{
		Type: v1.NodeReady, Status: v1.ConditionFalse, Reason: "KubeletNotReady",
		Message: "network plugin is not ready: no CNI configuration", LastHeartbeatTime: metav1.Now(),
	}
	if ready {
		condition.Status, condition.Reason = v1.ConditionTrue, "KubeletReady"
		condition.Message = "noderunner is posting ready status"
	}
	condition.LastTransitionTime = condition.LastHeartbeatTime
	conditions := []v1.NodeCondition{}
	for _, existing := range node.Status.Conditions {
		if existing.Type != v1.NodeReady {
			conditions = append(conditions, existing)
		} else if existing.Status == condition.Status {
			condition.LastTransitionTime = existing.LastTransitionTime
		}
	}
	node.Status.Conditions = append(conditions, condition)
	_, err = client.CoreV1().Nodes().UpdateStatus(ctx, node, metav1.UpdateOptions{})
	return err
}

// sleep waits and returns whether the context is still alive.
func sleep(ctx context.Context, period time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(period):
		return true
	}
}
