package main

import (
	"net/http/httptest"
	"testing"
)

func TestOutpost(t *testing.T) {
	for _, one := range []struct{ list, source, want string }{
		{"192.0.2.1,192.0.2.2", "192.0.2.2:4711", "Access granted. Your source IP (192.0.2.2) matches an allowed IP.\n"},
		{"192.0.2.1,192.0.2.2", "192.0.2.20:4711",
			"Access denied. Your source IP (192.0.2.20) doesn't match the allowed IPs (192.0.2.1,192.0.2.2)\n"},
		{"", "192.0.2.9:4711", "Access granted. Your source IP (192.0.2.9) matches an allowed IP.\n"},
	} {
		request := httptest.NewRequest("GET", "/", nil)
		request.RemoteAddr = one.source
		answer := httptest.NewRecorder()
		admit(one.list)(answer, request)
		if answer.Body.String() != one.want {
			t.Errorf("%s of %q: got %q, want %q", one.source, one.list, answer.Body.String(), one.want)
		}
	}
}
