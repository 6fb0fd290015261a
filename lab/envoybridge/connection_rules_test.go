package main

import (
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
)

func TestAConnectionIsJudgedByTheRulesOfItsPort(t *testing.T) {
	const listener, friend, stranger = 7, 100, 200
	forListener := func(proxy uint32, one *cilium.PortNetworkPolicyRule) *cilium.PortNetworkPolicyRule {
		one.ProxyId = proxy
		return one
	}
	for name, one := range map[string]struct {
		rules []*cilium.PortNetworkPolicy
		peer  uint32
		want  bool
	}{
		"a port that no rule speaks of is closed":        {ports(), friend, false},
		"a port without rules is open to everybody":      {ports(port(80)), stranger, true},
		"a rule without remotes is for everybody":        {ports(port(80, permit())), stranger, true},
		"a rule is for its remotes":                      {ports(port(80, permit(50, friend))), friend, true},
		"a rule is for nobody but its remotes":           {ports(port(80, permit(50, friend))), stranger, false},
		"one rule of several is enough":                  {ports(port(80, permit(50), permit(friend))), friend, true},
		"a denial of everybody is no permission":         {ports(port(80, forbid())), friend, false},
		"a denial of others is no permission":            {ports(port(80, forbid(stranger))), friend, false},
		"a denial wins over the permission before it":    {ports(port(80, permit(friend), forbid(friend))), friend, false},
		"a denial wins over the permission after it":     {ports(port(80, forbid(friend), permit(friend))), friend, false},
		"a denial of others leaves the permission":       {ports(port(80, forbid(stranger), permit())), friend, true},
		"a denial on every port wins over the port's":    {ports(port(80, permit(friend)), port(0, forbid(friend))), friend, false},
		"a denial on the port wins over every port's":    {ports(port(0, permit(friend)), port(80, forbid(friend))), friend, false},
		"a denial wins over a port without rules":        {ports(port(80), port(0, forbid(friend))), friend, false},
		"a permission on every port is one on the port":  {ports(port(80, permit(stranger)), port(0, permit(friend))), friend, true},
		"a rule for this listener counts":                {ports(port(80, forListener(listener, permit()))), friend, true},
		"a rule for another listener does not":           {ports(port(80, forListener(listener+1, permit()))), friend, false},
		"a denial for this listener counts":              {ports(port(80, permit(), forListener(listener, forbid()))), friend, false},
		"a denial for another listener does not":         {ports(port(80, permit(), forListener(listener+1, forbid()))), friend, true},
		"requests are no part of what a connection is":   {ports(port(80, requestsOf(permit(friend), method("GET")))), friend, true},
		"a rule with requests is still for its remotes":  {ports(port(80, requestsOf(permit(stranger), method("GET")))), friend, false},
		"a denial of one proxy's peer is for that proxy": {ports(port(80, permit(), forListener(listener, forbid(stranger)))), friend, true},
	} {
		if got := connection(at(rulesOf(t, one.rules...), 80), listener, one.peer, ""); got != one.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestARuleWithServerNamesIsForThoseAlone(t *testing.T) {
	named := func(one *cilium.PortNetworkPolicyRule, names ...string) *cilium.PortNetworkPolicyRule {
		one.ServerNames = names
		return one
	}
	for name, one := range map[string]struct {
		rules      []*cilium.PortNetworkPolicy
		serverName string
		want       bool
	}{
		"its name":                         {ports(port(443, named(permit(), "a.example", "b.example"))), "b.example", true},
		"another name":                     {ports(port(443, named(permit(), "a.example", "b.example"))), "c.example", false},
		"no name at all":                   {ports(port(443, named(permit(), "a.example"))), "", false},
		"a rule without names takes all":   {ports(port(443, permit())), "a.example", true},
		"a denial is for its name":         {ports(port(443, permit(), named(forbid(), "a.example"))), "a.example", false},
		"a denial is for no other name":    {ports(port(443, permit(), named(forbid(), "a.example"))), "b.example", true},
		"a denial by name is for no other": {ports(port(443, permit(), named(forbid(), "a.example"))), "", true},
		"the name does not make the peer":  {ports(port(443, named(permit(5), "a.example"))), "a.example", false},
	} {
		if got := connection(at(rulesOf(t, one.rules...), 443), 0, 100, one.serverName); got != one.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
