package main

import "testing"

// The cases of SniPattern in cilium/proxy's own test, and further cases from its code.
func TestAPatternOfServerNames(t *testing.T) {
	for pattern, names := range map[string]struct{ fit, not []string }{
		"": {nil, []string{"example.com", "EXAMPLE.COM", ""}},
		"example.com": {[]string{"example.com", "EXAMPLE.COM"},
			[]string{"www.example.com", "notexample.com", "example.com.", ""}},
		"Example.COM": {[]string{"example.com", "EXAMPLE.com"}, []string{"example.org"}},
		"*.example.com": {[]string{"foo.example.com", "bar.example.com", "FOO.EXAMPLE.COM"},
			[]string{"example.com", ".example.com", "foo.bar.example.com", "fooexample.com", "foo.example.org", ""}},
		"*.sub.example.com": {[]string{"foo.sub.example.com"},
			[]string{"sub.example.com", "foo.example.com", "foo.bar.sub.example.com"}},
		"**.sub.example.com": {[]string{"foo.sub.example.com", "foo.bar.sub.example.com", "A.B.C.SUB.example.com"},
			[]string{"sub.example.com", "foosub.example.com", "foo.example.com", ""}},
		"*example.com":    {nil, []string{"foo.example.com", "example.com", "fooexample.com", ""}},
		"**example.com":   {nil, []string{"foo.example.com", "example.com", "fooexample.com"}},
		"***.example.com": {nil, []string{"foo.example.com", "*.example.com"}},
		"*":               {nil, []string{"example.com", "com", "*", ""}},
		"**":              {nil, []string{"example.com", "com", "**"}},
		"foo.*.com":       {[]string{"foo.*.com"}, []string{"foo.bar.com"}},
	} {
		one := rule{serverNames: []string{pattern}}
		for _, name := range names.fit {
			if !one.named(name) {
				t.Errorf("%q does not take %q", pattern, name)
			}
		}
		for _, name := range names.not {
			if one.named(name) {
				t.Errorf("%q takes %q", pattern, name)
			}
		}
	}
}
