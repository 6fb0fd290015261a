package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// A plugin that is interrupted in its first ADD after making the attachment. It refuses a second attachment until
// the first one is deleted.
const halfWay = `#!/bin/sh
made=$(dirname "$0")/made
case $CNI_COMMAND in
VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}'; exit 0 ;;
DEL) rm -f "$made"; touch "$made.deleted"; exit 0 ;;
esac
if [ -e "$made" ]; then echo '{"code":100,"msg":"already exists"}'; exit 1; fi
if [ ! -e "$made.deleted" ]; then touch "$made"; echo '{"code":11,"msg":"cut off"}'; exit 1; fi
echo '{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.7/32"}]}'
`

func TestAnAttachmentThatCameHalfWayIsDeletedBeforeTheNextTry(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("half-way", halfWay, 0o755)
	write("lab.conflist", `{"cniVersion":"1.0.0","name":"lab","plugins":[{"type":"half-way"}]}`, 0o644)
	network, err := newNetwork(Config{CNIBin: dir, CNIConf: dir, Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: "cilium-edge-test", Namespace: "default", UID: types.UID("6f1c"),
	}}
	defer func() { _ = exec.Command("ip", "netns", "delete", netnsName(pod)).Run() }()
	if _, err := network.add(context.Background(), pod); err == nil {
		t.Fatal("the first try is cut off")
	}
	addresses, err := network.add(context.Background(), pod)
	if err != nil || len(addresses) != 1 || addresses[0] != "10.0.0.7" {
		t.Fatalf("the second try: %v, %v", addresses, err)
	}
}
