package main

import (
	"testing"

	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	types "github.com/envoyproxy/go-control-plane/envoy/type/v3"
)

func exactly(value string) *route.HeaderMatcher {
	return &route.HeaderMatcher{HeaderMatchSpecifier: &route.HeaderMatcher_ExactMatch{ExactMatch: value}}
}

func expression(value string) *route.HeaderMatcher {
	return &route.HeaderMatcher{HeaderMatchSpecifier: &route.HeaderMatcher_SafeRegexMatch{
		SafeRegexMatch: &matcher.RegexMatcher{Regex: value}}}
}

func between(start, end int64) *route.HeaderMatcher {
	return &route.HeaderMatcher{HeaderMatchSpecifier: &route.HeaderMatcher_RangeMatch{
		RangeMatch: &types.Int64Range{Start: start, End: end}}}
}

func present(there bool) *route.HeaderMatcher {
	return &route.HeaderMatcher{HeaderMatchSpecifier: &route.HeaderMatcher_PresentMatch{PresentMatch: there}}
}

func inverted(match *route.HeaderMatcher) *route.HeaderMatcher {
	match.InvertMatch = true
	return match
}

func missingIsEmpty(match *route.HeaderMatcher) *route.HeaderMatcher {
	match.TreatMissingHeaderAsEmpty = true
	return match
}

// holds returns whether the condition alone holds for the request.
func holds(t *testing.T, match *route.HeaderMatcher, pairs ...string) bool {
	t.Helper()
	match.Name = "X-Kind"
	condition, err := readCondition(match)
	if err != nil {
		t.Fatal(err)
	}
	return condition(asking(pairs...))
}

func TestAHeadersValueIsMatched(t *testing.T) {
	prefix := &route.HeaderMatcher{HeaderMatchSpecifier: &route.HeaderMatcher_PrefixMatch{PrefixMatch: "ab"}}
	suffix := &route.HeaderMatcher{HeaderMatchSpecifier: &route.HeaderMatcher_SuffixMatch{SuffixMatch: "yz"}}
	contained := &route.HeaderMatcher{HeaderMatchSpecifier: &route.HeaderMatcher_ContainsMatch{ContainsMatch: "mn"}}
	for name, one := range map[string]struct {
		match    *route.HeaderMatcher
		fit, not []string
	}{
		"exact":     {exactly("abc"), []string{"abc"}, []string{"", "ab", "abcd", "ABC"}},
		"prefix":    {prefix, []string{"ab", "abc"}, []string{"", "a", "xab", "ABc"}},
		"suffix":    {suffix, []string{"yz", "xyz"}, []string{"", "z", "yzx"}},
		"contained": {contained, []string{"mn", "lmno"}, []string{"", "nm", "m-n"}},
		// The whole value must match, although the expression has no anchors.
		"expression":               {expression("a.c"), []string{"abc", "a-c"}, []string{"", "ac", "xabc", "abcx", "a\nc"}},
		"alternatives":             {expression("ab|cd"), []string{"ab", "cd"}, []string{"abd", "acd", "abcd", "abx", "xcd"}},
		"expression of every line": {expression("(?m)ab"), []string{"ab"}, []string{"ab\ncd", "cd\nab"}},
		"range, without its end":   {between(-10, 5), []string{"-10", "0", "4"}, []string{"-11", "5", "", "four", "4.0", "4x"}},
		"range that holds nothing": {between(5, 5), nil, []string{"4", "5", "6"}},
		"presence":                 {present(true), []string{"", "abc"}, nil},
		"absence":                  {present(false), nil, []string{"", "abc"}},
		"no kind of match":         {&route.HeaderMatcher{}, []string{"", "abc"}, nil},
	} {
		for _, value := range one.fit {
			if !holds(t, one.match, "x-kind", value) {
				t.Errorf("%s: %q does not fit", name, value)
			}
		}
		for _, value := range one.not {
			if holds(t, one.match, "x-kind", value) {
				t.Errorf("%s: %q fits", name, value)
			}
		}
		inverted(one.match)
		for _, value := range one.fit {
			if holds(t, one.match, "x-kind", value) {
				t.Errorf("%s, inverted: %q fits", name, value)
			}
		}
		for _, value := range one.not {
			if !holds(t, one.match, "x-kind", value) {
				t.Errorf("%s, inverted: %q does not fit", name, value)
			}
		}
	}
}

func TestConditionsKnowHeadersByNameInAnyCase(t *testing.T) {
	if !holds(t, exactly("abc"), "X-KIND", "abc") {
		t.Error("not found")
	}
}

func TestARuleHoldsWhereAllItsConditionsDo(t *testing.T) {
	first, second := exactly("1"), exactly("2")
	first.Name, second.Name = "one", "two"
	both := method("GET|HEAD")
	both.Headers = append(both.Headers, first, second)
	one, err := readHTTPRule(both)
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range []struct {
		message *message
		want    bool
	}{
		{asking(":method", "GET", "one", "1", "two", "2"), true},
		{asking(":method", "HEAD", "one", "1", "two", "2"), true},
		{asking(":method", "GET", "one", "1", "two", "1"), false},
		{asking(":method", "GET", "one", "2", "two", "2"), false},
		{asking(":method", "PUT", "one", "1", "two", "2"), false},
	} {
		if got := one.matches(each.message); got != each.want {
			t.Errorf("%v: got %t", each.message.headers, got)
		}
	}
}
