package main

import (
	"testing"

	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

func textual(match *matcher.StringMatcher) *route.HeaderMatcher {
	return &route.HeaderMatcher{HeaderMatchSpecifier: &route.HeaderMatcher_StringMatch{StringMatch: match}}
}

func exactText(value string) *matcher.StringMatcher {
	return &matcher.StringMatcher{MatchPattern: &matcher.StringMatcher_Exact{Exact: value}}
}

func prefixText(value string) *matcher.StringMatcher {
	return &matcher.StringMatcher{MatchPattern: &matcher.StringMatcher_Prefix{Prefix: value}}
}

func suffixText(value string) *matcher.StringMatcher {
	return &matcher.StringMatcher{MatchPattern: &matcher.StringMatcher_Suffix{Suffix: value}}
}

func containedText(value string) *matcher.StringMatcher {
	return &matcher.StringMatcher{MatchPattern: &matcher.StringMatcher_Contains{Contains: value}}
}

func textExpression(value string) *matcher.StringMatcher {
	return &matcher.StringMatcher{MatchPattern: &matcher.StringMatcher_SafeRegex{
		SafeRegex: &matcher.RegexMatcher{Regex: value}}}
}

func anyCase(match *matcher.StringMatcher) *matcher.StringMatcher {
	match.IgnoreCase = true
	return match
}

func TestAHeadersTextIsMatched(t *testing.T) {
	for name, one := range map[string]struct {
		match    *matcher.StringMatcher
		fit, not []string
	}{
		"exact":               {exactText("Abc"), []string{"Abc"}, []string{"abc", "Abcd", "xAbc", ""}},
		"exact, any case":     {anyCase(exactText("Abc")), []string{"Abc", "aBC"}, []string{"Abcd", ""}},
		"exactly nothing":     {exactText(""), []string{""}, []string{"a"}},
		"prefix":              {prefixText("Ab"), []string{"Ab", "Abc"}, []string{"abc", "xAb", ""}},
		"prefix, any case":    {anyCase(prefixText("Ab")), []string{"aBc"}, []string{"xAb", ""}},
		"suffix":              {suffixText("Yz"), []string{"Yz", "xYz"}, []string{"xyz", "Yzx", ""}},
		"suffix, any case":    {anyCase(suffixText("Yz")), []string{"XYZ"}, []string{"yzx", ""}},
		"contained":           {containedText("Mn"), []string{"lMno"}, []string{"lmno", ""}},
		"contained, any case": {anyCase(containedText("Mn")), []string{"LMNO"}, []string{"nm", ""}},
		"expression":          {textExpression("/api/.*"), []string{"/api/", "/api/v1"}, []string{"/api", "/v1/api/"}},
		// As documented: ignore_case has no effect on an expression.
		"expression, any case":   {anyCase(textExpression("ab")), []string{"ab"}, []string{"AB"}},
		"expression of any case": {textExpression("(?i)ab"), []string{"ab", "AB"}, []string{"abc"}},
	} {
		for _, value := range one.fit {
			if !holds(t, textual(one.match), "x-kind", value) || holds(t, inverted(textual(one.match)), "x-kind", value) {
				t.Errorf("%s: %q does not fit", name, value)
			}
		}
		for _, value := range one.not {
			if holds(t, textual(one.match), "x-kind", value) || !holds(t, inverted(textual(one.match)), "x-kind", value) {
				t.Errorf("%s: %q fits", name, value)
			}
		}
	}
}
