package main

import (
	"slices"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
)

const (
	appended = core.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD
	replaced = core.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD
)

// outcome is the effect of a rule's actions on a request: whether it passes, and the changes for Envoy.
type outcome struct {
	passes  bool
	set     string
	how     core.HeaderValueOption_HeaderAppendAction
	removed bool
	// The headers that later rules see.
	value string
	found bool
}

func acted(one *message, actions ...*cilium.HeaderMatch) outcome {
	passes := httpRule{actions: actions}.apply(one)
	got := outcome{passes: passes, removed: slices.Contains(one.changes.RemoveHeaders, "Token")}
	for _, each := range one.changes.SetHeaders {
		got.set, got.how = each.Header.Key+"="+string(each.Header.RawValue), each.AppendAction
	}
	got.value, got.found = one.get("token")
	return got
}

func TestAnActionOnAHeader(t *testing.T) {
	const (
		goesOn  = cilium.HeaderMatch_CONTINUE_ON_MATCH
		fails   = cilium.HeaderMatch_FAIL_ON_MATCH
		deletes = cilium.HeaderMatch_DELETE_ON_MATCH
		fail    = cilium.HeaderMatch_FAIL_ON_MISMATCH
		goOn    = cilium.HeaderMatch_CONTINUE_ON_MISMATCH
		add     = cilium.HeaderMatch_ADD_ON_MISMATCH
		remove  = cilium.HeaderMatch_DELETE_ON_MISMATCH
		replace = cilium.HeaderMatch_REPLACE_ON_MISMATCH
		unknown = 99
	)
	action := func(value string, match cilium.HeaderMatch_MatchAction, mismatch cilium.HeaderMatch_MismatchAction) *cilium.HeaderMatch {
		return &cilium.HeaderMatch{Name: "Token", Value: value, MatchAction: match, MismatchAction: mismatch}
	}
	right, wrong, none := []string{"token", "a"}, []string{"token", "b"}, []string{}
	for name, one := range map[string]struct {
		request []string
		action  *cilium.HeaderMatch
		want    outcome
	}{
		"the value is right: on":             {right, action("a", goesOn, fail), outcome{passes: true, value: "a", found: true}},
		"the value is right: refused":        {right, action("a", fails, goOn), outcome{value: "a", found: true}},
		"the value is right: taken out":      {right, action("a", deletes, fail), outcome{passes: true, removed: true}},
		"the value is right: nobody knows":   {right, action("a", unknown, goOn), outcome{value: "a", found: true}},
		"the value is wrong: refused":        {wrong, action("a", goesOn, fail), outcome{value: "b", found: true}},
		"the value is wrong: on":             {wrong, action("a", fails, goOn), outcome{passes: true, value: "b", found: true}},
		"the value is wrong: added":          {wrong, action("a", fails, add), outcome{passes: true, set: "Token=a", how: appended, value: "b,a", found: true}},
		"the value is wrong: taken out":      {wrong, action("a", fails, remove), outcome{passes: true, removed: true}},
		"the value is wrong: replaced":       {wrong, action("a", fails, replace), outcome{passes: true, set: "Token=a", how: replaced, value: "a", found: true}},
		"the value is wrong: nobody knows":   {wrong, action("a", goesOn, unknown), outcome{value: "b", found: true}},
		"it is missing: refused":             {none, action("a", goesOn, fail), outcome{}},
		"it is missing: on":                  {none, action("a", fails, goOn), outcome{passes: true}},
		"it is missing: added":               {none, action("a", fails, add), outcome{passes: true, set: "Token=a", how: appended, value: "a", found: true}},
		"it is missing: nothing to take out": {none, action("a", fails, remove), outcome{passes: true}},
		"it is missing: put in":              {none, action("a", fails, replace), outcome{passes: true, set: "Token=a", how: replaced, value: "a", found: true}},
		// No value is required: the presence of the header is enough.
		"it is there: on":                  {wrong, action("", goesOn, fail), outcome{passes: true, value: "b", found: true}},
		"it is there: refused":             {wrong, action("", fails, goOn), outcome{value: "b", found: true}},
		"it is there: taken out":           {wrong, action("", deletes, fail), outcome{passes: true, removed: true}},
		"it is not there: refused":         {none, action("", goesOn, fail), outcome{}},
		"it is not there: nothing to take": {none, action("", fails, remove), outcome{passes: true}},
	} {
		if got := acted(asking(one.request...), one.action); got != one.want {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestEveryActionIsCarriedOutThoughOneRefuses(t *testing.T) {
	refuses := &cilium.HeaderMatch{Name: "other", Value: "x", MismatchAction: cilium.HeaderMatch_FAIL_ON_MISMATCH}
	replaces := &cilium.HeaderMatch{Name: "Token", Value: "a", MismatchAction: cilium.HeaderMatch_REPLACE_ON_MISMATCH}
	deletes := &cilium.HeaderMatch{Name: "Token", Value: "b", MatchAction: cilium.HeaderMatch_DELETE_ON_MATCH}
	for name, actions := range map[string][]*cilium.HeaderMatch{
		"first, before a mismatch": {refuses, replaces}, "last, after a mismatch": {replaces, refuses},
		"first, before a match": {refuses, deletes}, "last, after a match": {deletes, refuses},
	} {
		got := acted(asking("token", "b"), actions...)
		if got.passes || got.set == "" && !got.removed {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestAnActionSeesWhatTheOneBeforeItDid(t *testing.T) {
	replaces := &cilium.HeaderMatch{Name: "token", Value: "a", MismatchAction: cilium.HeaderMatch_REPLACE_ON_MISMATCH}
	asks := &cilium.HeaderMatch{Name: "TOKEN", Value: "a", MismatchAction: cilium.HeaderMatch_FAIL_ON_MISMATCH}
	if !acted(asking("token", "b"), replaces, asks).passes {
		t.Error("refused")
	}
}

func TestValuesOfOneHeaderAreComparedTogether(t *testing.T) {
	asks := &cilium.HeaderMatch{Name: "token", Value: "a,b"}
	if !acted(asking("token", "a", "Token", "b"), asks).passes {
		t.Error("refused")
	}
}
