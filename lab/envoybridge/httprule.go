package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	cilium "github.com/cilium/proxy/go/cilium/api"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// httpRule matches requests: all `conditions` must hold, and every one of `actions` must let the request pass.
type httpRule struct {
	conditions []func(*message) bool
	actions    []*cilium.HeaderMatch
}

func readHTTPRule(rule *cilium.HttpNetworkPolicyRule) (httpRule, error) {
	result := httpRule{actions: rule.HeaderMatches}
	for _, each := range rule.Headers {
		condition, err := readCondition(each)
		if err != nil {
			return httpRule{}, fmt.Errorf("header %s: %w", each.Name, err)
		}
		result.conditions = append(result.conditions, condition)
	}
	for _, each := range rule.HeaderMatches {
		if each.ValueSdsSecret != "" {
			return httpRule{}, fmt.Errorf("header %s: a value from a Secret needs Cilium's own Envoy", each.Name)
		}
	}
	return result, nil
}

// readCondition parses Envoy's HeaderMatcher. Without a kind of match, the header must be present.
func readCondition(match *route.HeaderMatcher) (func(*message) bool, error) {
	fits, err := readMatch(match)
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(match.Name)
	return func(message *message) bool {
		value, found := message.get(name)
		found = found || match.TreatMissingHeaderAsEmpty
		switch kind := match.HeaderMatchSpecifier.(type) {
		case nil:
			return found != match.InvertMatch
		case *route.HeaderMatcher_PresentMatch:
			return (found == kind.PresentMatch) != match.InvertMatch
		}
		// As in Envoy: a missing header matches nothing, not even an inverted match.
		return found && fits(value) != match.InvertMatch
	}, nil
}

func readMatch(match *route.HeaderMatcher) (func(string) bool, error) {
	switch kind := match.HeaderMatchSpecifier.(type) {
	case nil, *route.HeaderMatcher_PresentMatch:
		return func(string) bool { return true }, nil
	case *route.HeaderMatcher_ExactMatch:
		// As in Envoy: the empty text matches every text.
		return func(value string) bool { return kind.ExactMatch == "" || value == kind.ExactMatch }, nil
	case *route.HeaderMatcher_PrefixMatch:
		return func(value string) bool { return strings.HasPrefix(value, kind.PrefixMatch) }, nil
	case *route.HeaderMatcher_SuffixMatch:
		return func(value string) bool { return strings.HasSuffix(value, kind.SuffixMatch) }, nil
	case *route.HeaderMatcher_ContainsMatch:
		return func(value string) bool { return strings.Contains(value, kind.ContainsMatch) }, nil
	case *route.HeaderMatcher_SafeRegexMatch:
		return whole(kind.SafeRegexMatch)
	case *route.HeaderMatcher_RangeMatch:
		return func(value string) bool {
			number, err := strconv.ParseInt(value, 10, 64)
			return err == nil && number >= kind.RangeMatch.Start && number < kind.RangeMatch.End
		}, nil
	case *route.HeaderMatcher_StringMatch:
		return readText(kind.StringMatch)
	}
	return nil, fmt.Errorf("an unknown kind of match")
}

func readText(match *matcher.StringMatcher) (func(string) bool, error) {
	same := func(text string) string { return text }
	if match.IgnoreCase {
		same = strings.ToLower
	}
	switch kind := match.MatchPattern.(type) {
	case *matcher.StringMatcher_Exact:
		return func(value string) bool { return same(value) == same(kind.Exact) }, nil
	case *matcher.StringMatcher_Prefix:
		return func(value string) bool { return strings.HasPrefix(same(value), same(kind.Prefix)) }, nil
	case *matcher.StringMatcher_Suffix:
		return func(value string) bool { return strings.HasSuffix(same(value), same(kind.Suffix)) }, nil
	case *matcher.StringMatcher_Contains:
		return func(value string) bool { return strings.Contains(same(value), same(kind.Contains)) }, nil
	case *matcher.StringMatcher_SafeRegex:
		return whole(kind.SafeRegex)
	}
	return nil, fmt.Errorf("an unknown kind of match")
}

// whole matches a complete value. Envoy's RE2 and Go's regular expressions are the same language.
func whole(match *matcher.RegexMatcher) (func(string) bool, error) {
	if _, err := regexp.Compile(match.Regex); err != nil {
		return nil, err
	}
	expression, err := regexp.Compile("^(?:" + match.Regex + ")$")
	if err != nil {
		return nil, err
	}
	return expression.MatchString, nil
}

func (r httpRule) matches(message *message) bool {
	for _, condition := range r.conditions {
		if !condition(message) {
			return false
		}
	}
	return true
}

// apply carries out the rule's actions; it returns whether the request may pass by this rule.
func (r httpRule) apply(message *message) bool {
	accepted := true
	for _, action := range r.actions {
		value, found := message.get(strings.ToLower(action.Name))
		matched := found && (action.Value == "" || value == action.Value)
		if matched {
			accepted = onMatch(message, action) && accepted
		} else {
			accepted = onMismatch(message, action, found) && accepted
		}
	}
	return accepted
}

func onMatch(message *message, action *cilium.HeaderMatch) bool {
	switch action.MatchAction {
	case cilium.HeaderMatch_CONTINUE_ON_MATCH:
		return true
	case cilium.HeaderMatch_DELETE_ON_MATCH:
		message.remove(action.Name)
		return true
	}
	return false
}

func onMismatch(message *message, action *cilium.HeaderMatch, found bool) bool {
	switch action.MismatchAction {
	case cilium.HeaderMatch_CONTINUE_ON_MISMATCH:
		return true
	case cilium.HeaderMatch_ADD_ON_MISMATCH:
		message.add(action.Name, action.Value)
		return true
	case cilium.HeaderMatch_DELETE_ON_MISMATCH:
		if found && action.Value != "" {
			message.remove(action.Name)
		}
		return true
	case cilium.HeaderMatch_REPLACE_ON_MISMATCH:
		message.replace(action.Name, action.Value)
		return true
	}
	return false
}
