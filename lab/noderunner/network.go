package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"sort"

	"github.com/containernetworking/cni/libcni"
	types100 "github.com/containernetworking/cni/pkg/types/100"
	v1 "k8s.io/api/core/v1"
)

// network gives Pods their network namespace through the node's CNI plugin.
type network struct {
	confDir string
	cni     *libcni.CNIConfig
}

func newNetwork(config Config) (*network, error) {
	plugins := libcni.NewCNIConfigWithCacheDir([]string{config.CNIBin}, config.Root+"/cni-cache", nil)
	return &network{confDir: config.CNIConf, cni: plugins}, nil
}

func (n *network) conf() (*libcni.NetworkConfigList, error) {
	files, err := filepath.Glob(n.confDir + "/*.conflist")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no CNI configuration in %s", n.confDir)
	}
	sort.Strings(files)
	return libcni.ConfListFromFile(files[0])
}

// ready returns whether a CNI plugin has configured itself on this node.
func (n *network) ready() bool {
	_, err := n.conf()
	return err == nil
}

// netnsName is the name under /run/netns, for `ip netns exec` on the node.
func netnsName(pod *v1.Pod) string {
	if pod.Namespace == "default" {
		return pod.Name
	}
	return pod.Namespace + "." + pod.Name
}

func netnsPath(pod *v1.Pod) string { return "/run/netns/" + netnsName(pod) }

func runtimeConf(pod *v1.Pod) *libcni.RuntimeConf {
	return &libcni.RuntimeConf{
		ContainerID: string(pod.UID),
		NetNS:       netnsPath(pod),
		IfName:      "eth0",
		Args: [][2]string{
			{"IgnoreUnknown", "1"},
			{"K8S_POD_NAMESPACE", pod.Namespace},
			{"K8S_POD_NAME", pod.Name},
			{"K8S_POD_INFRA_CONTAINER_ID", string(pod.UID)},
			{"K8S_POD_UID", string(pod.UID)},
		},
	}
}

// add makes the Pod's namespace and returns its addresses.
func (n *network) add(ctx context.Context, pod *v1.Pod) ([]string, error) {
	conf, err := n.conf()
	if err != nil {
		return nil, err
	}
	// The namespace of an earlier try is deleted first: CNI ADD needs a new one.
	_ = exec.Command("ip", "netns", "delete", netnsName(pod)).Run()
	if out, err := exec.Command("ip", "netns", "add", netnsName(pod)).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("ip netns add: %s: %w", out, err)
	}
	out, err := exec.Command("ip", "-n", netnsName(pod), "link", "set", "lo", "up").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("lo up: %s: %w", out, err)
	}
	raw, err := n.cni.AddNetworkList(ctx, conf, runtimeConf(pod))
	if err != nil {
		// As in container runtimes: the plugin may have completed a part of its work (an agent that restarts
		// meanwhile restores the endpoint) and would refuse the next try as a second attachment.
		_ = n.cni.DelNetworkList(ctx, conf, runtimeConf(pod))
		return nil, err
	}
	result, err := types100.NewResultFromResult(raw)
	if err != nil {
		return nil, err
	}
	addresses := []string{}
	for _, ip := range result.IPs {
		addresses = append(addresses, ip.Address.IP.String())
	}
	return addresses, nil
}

// remove releases the Pod's address and deletes its namespace. Missing ones are no error.
func (n *network) remove(ctx context.Context, pod *v1.Pod) {
	if conf, err := n.conf(); err == nil {
		_ = n.cni.DelNetworkList(ctx, conf, runtimeConf(pod))
	}
	_ = exec.Command("ip", "netns", "delete", netnsName(pod)).Run()
}
