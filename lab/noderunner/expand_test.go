package main

import (
	"reflect"
	"testing"
)

func TestExpand(t *testing.T) {
	env := []string{"NAME=value", "OTHER=a=b", "EMPTY="}
	for _, test := range []struct{ in, want string }{
		{"--debug=$(NAME)", "--debug=value"},
		{"$(OTHER)$(NAME)", "a=bvalue"},
		{"[$(EMPTY)]", "[]"},
		{"$(UNKNOWN)", "$(UNKNOWN)"},
		{"$$(NAME)", "$(NAME)"},
		{"$NAME", "$NAME"},
	} {
		if got := expand([]string{test.in}, env); !reflect.DeepEqual(got, []string{test.want}) {
			t.Errorf("expand(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}
