package main

import (
	"testing"

	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
)

// Envoy's HeaderUtility::matchHeaders compares nothing for a missing header, so that only a condition on the
// header's presence can hold.
func TestAConditionOnAHeaderThatIsMissing(t *testing.T) {
	for name, one := range map[string]struct {
		match *route.HeaderMatcher
		want  bool
	}{
		"a value":            {exactly("abc"), false},
		"an expression":      {expression(".*"), false},
		"a range":            {between(-10, 10), false},
		"a text":             {textual(prefixText("")), false},
		"presence":           {present(true), false},
		"presence, inverted": {inverted(present(true)), true},
		"absence":            {present(false), true},
		"absence, inverted":  {inverted(present(false)), false},
		"no kind":            {&route.HeaderMatcher{}, false},
		"no kind, inverted":  {inverted(&route.HeaderMatcher{}), true},
	} {
		if got := holds(t, one.match, "another", "abc"); got != one.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestAMissingHeaderCanBeTreatedAsEmpty(t *testing.T) {
	for name, one := range map[string]struct {
		match *route.HeaderMatcher
		want  bool
	}{
		"a value":                                    {exactly("abc"), false},
		"a value, inverted":                          {inverted(exactly("abc")), true},
		"an expression that takes nothing":           {expression("a*"), true},
		"an expression that takes nothing, inverted": {inverted(expression("a*")), false},
		"an expression that takes something":         {expression("a+"), false},
		"a range":                                    {between(0, 10), false},
		"a range, inverted":                          {inverted(between(0, 10)), true},
		"a text":                                     {textual(prefixText("")), true},
		"presence":                                   {present(true), true},
		"presence, inverted":                         {inverted(present(true)), false},
		"absence":                                    {present(false), false},
		"absence, inverted":                          {inverted(present(false)), true},
		"no kind":                                    {&route.HeaderMatcher{}, true},
		"no kind, inverted":                          {inverted(&route.HeaderMatcher{}), false},
	} {
		if got := holds(t, missingIsEmpty(one.match)); got != one.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// The examples of Envoy's documentation of treat_missing_header_as_empty, except the second.
func TestEnvoysOwnExamplesOfMissingHeaders(t *testing.T) {
	if !holds(t, missingIsEmpty(inverted(between(0, 10)))) {
		t.Error("header1: an empty header is in no range, which is matched when inverted")
	}
	if !holds(t, missingIsEmpty(expression("^$"))) {
		t.Error("header3: an empty header is matched by ^$")
	}
	if holds(t, expression("^$")) {
		t.Error("header4: a missing header is matched by nothing")
	}
}
