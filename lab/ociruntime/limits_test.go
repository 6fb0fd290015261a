package main

import (
	"encoding/json"
	"testing"
)

// Without CAP_SYS_RESOURCE (24) and CAP_SYS_MODULE (16).
const status = "Name:\tx\nCapInh:\t0000000000000000\nCapBnd:\t000001fffefeffff\n"

func restricted(t *testing.T, status, text string) map[string]any {
	t.Helper()
	own, err := limitsOf(status, "-100\n")
	if err != nil {
		t.Fatal(err)
	}
	changed, err := own.apply([]byte(text), "process")
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(changed, &document); err != nil {
		t.Fatal(err)
	}
	process, _ := document["process"].(map[string]any)
	return process
}

const bundle = `{"process": {"oomScoreAdj": -998, "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1048576}],
	"capabilities": {"bounding": ["CAP_SYS_ADMIN", "CAP_SYS_RESOURCE", "CAP_NEW_ONE"], "ambient": ["CAP_SYS_MODULE"]}}}`

func TestWhatTheMachineLacksIsLeftOut(t *testing.T) {
	process := restricted(t, status, bundle)
	sets := process["capabilities"].(map[string]any)
	if bounding := sets["bounding"].([]any); len(bounding) != 1 || bounding[0] != "CAP_SYS_ADMIN" {
		t.Errorf("bounding: %v", bounding)
	}
	if ambient := sets["ambient"].([]any); len(ambient) != 0 {
		t.Errorf("ambient: %v", ambient)
	}
	if _, there := process["rlimits"]; there || process["oomScoreAdj"] != -100.0 {
		t.Errorf("rlimits and score: %v", process)
	}
}

func TestAMachineThatHasItAllGetsWhatWasAskedFor(t *testing.T) {
	process := restricted(t, "CapBnd:\t000001ffffffffff\n", bundle)
	if _, there := process["rlimits"]; !there || process["oomScoreAdj"] != -998.0 {
		t.Errorf("rlimits and score: %v", process)
	}
}

func TestAHigherScoreStays(t *testing.T) {
	if process := restricted(t, status, `{"process": {"oomScoreAdj": 500}}`); process["oomScoreAdj"] != 500.0 {
		t.Errorf("score: %v", process)
	}
}

func TestWhichFileACallIsAbout(t *testing.T) {
	for _, one := range []struct {
		args      []string
		file, key string
	}{
		{[]string{"--log", "x", "create", "--bundle", "/b", "id"}, "/b/config.json", "process"},
		{[]string{"run", "-b", "/b", "id"}, "/b/config.json", "process"},
		{[]string{"create", "--bundle=/b", "id"}, "/b/config.json", "process"},
		{[]string{"exec", "--process", "/p.json", "id"}, "/p.json", ""},
		{[]string{"exec", "id", "sh"}, "", ""},
		{[]string{"state", "id"}, "", ""},
	} {
		if file, key := subject(one.args); file != one.file || key != one.key {
			t.Errorf("%v: %s %s", one.args, file, key)
		}
	}
}
