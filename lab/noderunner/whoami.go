package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
)

// whoami replaces the write-up's webpod: it answers with the name and the addresses of its pod and
// with the received request.
func whoami(arguments []string) error {
	flags := flag.NewFlagSet("whoami", flag.ExitOnError)
	port := flags.String("port", "80", "TCP port to listen on")
	_ = flags.Parse(arguments)
	http.HandleFunc("/", func(writer http.ResponseWriter, request *http.Request) {
		name, _ := os.Hostname()
		fmt.Fprintf(writer, "Hostname: %s\n", name)
		addresses, _ := net.InterfaceAddrs()
		for _, address := range addresses {
			if network, ok := address.(*net.IPNet); ok {
				fmt.Fprintf(writer, "IP: %s\n", network.IP)
			}
		}
		fmt.Fprintf(writer, "RemoteAddr: %s\n", request.RemoteAddr)
		_ = request.Write(writer)
	})
	return http.ListenAndServe(":"+*port, nil)
}
