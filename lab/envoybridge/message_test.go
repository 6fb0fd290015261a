package main

import (
	"testing"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
)

func TestARequestsHeadersAreRead(t *testing.T) {
	got := readMessage(&core.HeaderMap{Headers: []*core.HeaderValue{
		{Key: ":path", Value: "/of/an/old/envoy"},
		{Key: ":method", RawValue: []byte("GET")},
		{Key: "Accept", RawValue: []byte("text/html")},
		{Key: "accept", RawValue: []byte("text/plain")},
		{Key: "empty"},
	}})
	for name, want := range map[string]string{":path": "/of/an/old/envoy", ":method": "GET",
		"accept": "text/html,text/plain", "empty": ""} {
		if value, found := got.get(name); !found || value != want {
			t.Errorf("%s: got %q, %t", name, value, found)
		}
	}
	if _, found := got.get("cookie"); found {
		t.Error("a header that nobody sent")
	}
	if _, found := readMessage(nil).get(":path"); found {
		t.Error("a path of no request")
	}
}

func TestWhatIsTakenOutIsGoneForTheRulesThatFollow(t *testing.T) {
	one := asking("token", "a")
	one.remove("Token")
	if _, found := one.get("token"); found {
		t.Error("still there")
	}
	one.add("Token", "b")
	if value, _ := one.get("token"); value != "b" {
		t.Errorf("got %q", value)
	}
}
