// Command noderunner replaces the kubelet and the container runtime of a real node.
//
// Package registries have no container images, so a Pod's containers are started as processes in
// namespaces of their own, with the command from the Pod or the image table. Otherwise noderunner
// works like a kubelet: it registers the Node and renews its Lease, runs the Pods that the
// scheduler bound to it, gives each Pod its volumes, environment and network (through the CNI
// plugin that is configured on the node), probes it, and reports its status to the API server.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// Config is the configuration of one node.
type Config struct {
	Node       string
	Address    string
	PodCIDR    string
	Labels     map[string]string
	Taints     []string
	Kubeconfig string
	Images     string
	Root       string
	CertFile   string
	KeyFile    string
	ClientCA   string
	CNIConf    string
	CNIBin     string
}

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "contain":
			fatal(contain(os.Args[2]))
			return
		case "whoami":
			fatal(whoami(os.Args[2:]))
		case "agnhost":
			fatal(agnhost(os.Args[2:]))
			return
		case "bookinfo":
			fatal(bookinfo(os.Args[2:]))
			return
		case "outpost":
			fatal(outpost(os.Args[2:]))
			return
		}
	}
	config := Config{}
	var labels, taints string
	flag.StringVar(&config.Node, "node", "", "name of this node")
	flag.StringVar(&config.Address, "address", "", "InternalIP of this node")
	flag.StringVar(&config.PodCIDR, "pod-cidr", "", "PodCIDR of this node (empty: none)")
	flag.StringVar(&labels, "labels", "", "labels to register with: key=value,...")
	flag.StringVar(&taints, "taints", "", "taints to register with: key=value:effect,...")
	flag.StringVar(&config.Kubeconfig, "kubeconfig", "", "kubeconfig of this node")
	flag.StringVar(&config.Images, "images", "", "image table (JSON)")
	flag.StringVar(&config.Root, "root", "/run/noderunner", "where volumes and logs are kept")
	flag.StringVar(&config.CertFile, "cert", "", "serving certificate of the kubelet API")
	flag.StringVar(&config.KeyFile, "key", "", "its key")
	flag.StringVar(&config.ClientCA, "client-ca", "", "CA of the clients of the kubelet API")
	flag.StringVar(&config.CNIConf, "cni-conf", "/etc/cni/net.d", "CNI configuration directory")
	flag.StringVar(&config.CNIBin, "cni-bin", "/opt/cni/bin", "CNI plugin directory")
	klog.InitFlags(nil)
	flag.Parse()
	config.Labels = pairs(labels)
	if taints != "" {
		config.Taints = strings.Split(taints, ",")
	}

	restConfig, err := clientcmd.BuildConfigFromFlags("", config.Kubeconfig)
	fatal(err)
	restConfig.QPS, restConfig.Burst = 100, 200
	client, err := kubernetes.NewForConfig(restConfig)
	fatal(err)
	// An unreadable table must fail now, not at the first Pod.
	_, err = loadImages(config.Images)
	fatal(err)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	network, err := newNetwork(config)
	fatal(err)
	pods := newPods(config, client, network)
	fatal(serveKubeletAPI(ctx, config, pods))
	go runNode(ctx, config, client, network)
	pods.run(ctx)
}

func pairs(text string) map[string]string {
	result := map[string]string{}
	for _, item := range strings.Split(text, ",") {
		if key, value, found := strings.Cut(item, "="); found {
			result[key] = value
		}
	}
	return result
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "noderunner:", err)
		os.Exit(1)
	}
}
