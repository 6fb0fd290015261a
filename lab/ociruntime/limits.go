package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// capabilities are in the order of their numbers (capability.h).
var capabilities = strings.Fields(`CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
	LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT
	SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE
	AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF
	CHECKPOINT_RESTORE`)

// limits are the rights that this process can give to another one.
type limits struct {
	capabilities map[string]bool
	// Without CAP_SYS_RESOURCE no process gets a lower score than its parent.
	oomScoreAdj int64
}

// limitsOf reads /proc/self/status and /proc/self/oom_score_adj.
func limitsOf(status, score string) (limits, error) {
	result := limits{capabilities: map[string]bool{}}
	for line := range strings.Lines(status) {
		value, found := strings.CutPrefix(line, "CapBnd:")
		if !found {
			continue
		}
		set, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
		if err != nil {
			return result, fmt.Errorf("bounding set: %w", err)
		}
		for number, name := range capabilities {
			if set&(1<<number) != 0 {
				result.capabilities["CAP_"+name] = true
			}
		}
	}
	var err error
	result.oomScoreAdj, err = strconv.ParseInt(strings.TrimSpace(score), 10, 64)
	return result, err
}

// rewrite changes the process in a JSON file, below key.
func (l limits) rewrite(file, key string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	changed, err := l.apply(text, key)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, changed, 0o600)
}

func (l limits) apply(text []byte, key string) ([]byte, error) {
	var document map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	// Keeps 64-bit numbers exact.
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	process := document
	if key != "" {
		process, _ = document[key].(map[string]any)
	}
	if process != nil {
		l.restrict(process)
	}
	return json.Marshal(document)
}

func (l limits) restrict(process map[string]any) {
	sets, _ := process["capabilities"].(map[string]any)
	for name, set := range sets {
		asked, _ := set.([]any)
		kept := []any{}
		for _, one := range asked {
			if text, _ := one.(string); l.capabilities[text] {
				kept = append(kept, one)
			}
		}
		sets[name] = kept
	}
	if l.capabilities["CAP_SYS_RESOURCE"] {
		return
	}
	// Higher hard limits and lower scores need CAP_SYS_RESOURCE.
	delete(process, "rlimits")
	if asked, ok := process["oomScoreAdj"].(json.Number); ok {
		if number, err := asked.Int64(); err == nil && number < l.oomScoreAdj {
			process["oomScoreAdj"] = l.oomScoreAdj
		}
	}
}
