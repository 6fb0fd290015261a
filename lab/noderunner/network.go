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

// network gives Pods their network namespace through the CNI plugin that the node is configured with.
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

// ready tells whether a CNI plugin has configured itself on this node.
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
	// A namespace left by an earlier try is taken down first: CNI ADD wants a fresh one.
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
		// As container runtimes do: the plugin may have come half way (an agent that is restarted in between
		// restores the endpoint) and would refuse the next try as a second attachment.
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

// remove releases the Pod's address and deletes its namespace; what is gone already is no error.
func (n *network) remove(ctx context.Context, pod *v1.Pod) {
	if conf, err := n.conf(); err == nil {
		_ = n.cni.DelNetworkList(ctx, conf, runtimeConf(pod))
	}
	_ = exec.Command("ip", "netns", "delete", netnsName(pod)).Run()
}
