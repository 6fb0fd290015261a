package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
)

// outpost is the server outside the cluster: it admits some source addresses, and returns the
// observed source address to each client. Without -allowed it admits every address.
func outpost(arguments []string) error {
	flags := flag.NewFlagSet("outpost", flag.ExitOnError)
	port := flags.String("port", "8000", "TCP port to listen on")
	list := flags.String("allowed", "", "addresses that are admitted: address,...")
	_ = flags.Parse(arguments)
	return http.ListenAndServe(":"+*port, admit(*list))
}

func admit(list string) http.HandlerFunc {
	var allowed []string
	if list != "" {
		allowed = strings.Split(list, ",")
	}
	return func(writer http.ResponseWriter, request *http.Request) {
		source, _, _ := net.SplitHostPort(request.RemoteAddr)
		if len(allowed) == 0 || slices.Contains(allowed, source) {
			fmt.Fprintf(writer, "Access granted. Your source IP (%s) matches an allowed IP.\n", source)
			return
		}
		fmt.Fprintf(writer, "Access denied. Your source IP (%s) doesn't match the allowed IPs (%s)\n", source, list)
	}
}
