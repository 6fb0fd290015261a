package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	v1 "k8s.io/api/core/v1"
)

// shipped returns the shipped table with an entry for one version of Cilium, as a lab adds one for each built version.
func shipped(t *testing.T, version string) imageFile {
	t.Helper()
	text, err := os.ReadFile("../images.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []Image
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	table = append(table, Image{
		Image:  `quay\.io/cilium/cilium:v` + regexp.QuoteMeta(version) + `(@.*)?`,
		Mounts: []Mount{{Source: "/opt/bin/" + version, Target: "/usr/local/bin/cilium-agent"}},
	})
	path := filepath.Join(t.TempDir(), "images.json")
	if text, err = json.Marshal(table); err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return imageFile(path)
}

func TestShippedTable(t *testing.T) {
	table := shipped(t, "1.18.0")
	cilium := "quay.io/cilium/cilium:v1.18.0@sha256:dfea023972d06ec183cfa3c9e7809716f85daaff042e573ef366e9ec6a0c0ab2"
	for _, test := range []struct {
		image, container string
		runs             bool
	}{
		{cilium, "cilium-agent", true},
		{cilium, "config", true},
		{cilium, "mount-cgroup", false},
		{"traefik/whoami", "webpod", true},
		{"docker.io/nicolaka/netshoot:latest", "curl", true},
	} {
		entry, err := table.find(v1.Container{Image: test.image, Name: test.container})
		if err != nil {
			t.Fatal(err)
		}
		if entry == nil {
			t.Errorf("%s %s: no entry", test.image, test.container)
		} else if (entry.Done == "") != test.runs {
			t.Errorf("%s %s: done is %q", test.image, test.container, entry.Done)
		}
	}
	for _, image := range []string{"example.org/traefik/whoami", "quay.io/cilium/cilium:v1.18.1"} {
		if entry, err := table.find(v1.Container{Image: image, Name: "x"}); entry != nil || err != nil {
			t.Errorf("%s matched %v, %v", image, entry, err)
		}
	}
}

func TestTheTableIsReadAsItStands(t *testing.T) {
	table := shipped(t, "1.18.0")
	later, err := os.ReadFile(string(shipped(t, "1.18.3")))
	if err == nil {
		err = os.WriteFile(string(table), later, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	entry, err := table.find(v1.Container{Image: "quay.io/cilium/cilium:v1.18.3@sha256:0", Name: "cilium-agent"})
	if err != nil || entry == nil || len(entry.Mounts) != 1 || entry.Mounts[0].Source != "/opt/bin/1.18.3" {
		t.Errorf("found %v, %v", entry, err)
	}
}

func TestBadTableIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "images.json")
	for _, text := range []string{"{", `[{"image": "("}]`, `[{"image": "a", "container": "["}]`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadImages(path); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func TestArgv(t *testing.T) {
	entry := &Image{Entrypoint: []string{"noderunner", "whoami"}}
	argv, err := entry.argv(nil, []string{"--port=8080"})
	if err != nil || len(argv) != 3 || argv[2] != "--port=8080" {
		t.Errorf("entrypoint and args: %v, %v", argv, err)
	}
	if argv, _ = entry.argv([]string{"sleep"}, []string{"1"}); argv[0] != "sleep" || len(argv) != 2 {
		t.Errorf("the Pod's command must win: %v", argv)
	}
	if _, err = (&Image{}).argv(nil, nil); err == nil {
		t.Error("no command at all must be an error")
	}
}
