package main

import (
	"regexp"
	"strings"
)

var reference = regexp.MustCompile(`\$?\$\([A-Za-z_][A-Za-z0-9_.-]*\)`)

// expand replaces $(NAME) by the variable's value, as the kubelet does in commands and arguments:
// an unknown name stays as it is, and $$(NAME) stands for the text $(NAME).
func expand(words, env []string) []string {
	values := map[string]string{}
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		values[name] = value
	}
	result := make([]string, len(words))
	for i, word := range words {
		result[i] = reference.ReplaceAllStringFunc(word, func(found string) string {
			if strings.HasPrefix(found, "$$") {
				return found[1:]
			}
			if value, known := values[found[2:len(found)-1]]; known {
				return value
			}
			return found
		})
	}
	return result
}
