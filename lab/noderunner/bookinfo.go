package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
)

// bookinfo replaces two parts of the bookinfo sample: `details` describes a book, `productpage` is a page.
// Both answers have the name of the pod, so that a client can see the target of a route.
func bookinfo(arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("which part: details or productpage")
	}
	mux := http.NewServeMux()
	switch arguments[0] {
	case "details":
		mux.HandleFunc("GET /health", func(writer http.ResponseWriter, _ *http.Request) {
			answer(writer, "application/json", `{"status": "Details is healthy"}`)
		})
		mux.HandleFunc("GET /details/{id}", details)
	case "productpage":
		mux.HandleFunc("GET /health", func(writer http.ResponseWriter, _ *http.Request) {
			answer(writer, "text/plain", "Product page is healthy")
		})
		mux.HandleFunc("GET /", func(writer http.ResponseWriter, _ *http.Request) {
			answer(writer, "text/html", "<html><title>Simple Bookstore App</title><body>The Comedy of Errors</body></html>")
		})
	default:
		return fmt.Errorf("no part %s of bookinfo: details or productpage", arguments[0])
	}
	return http.ListenAndServe(":9080", mux)
}

func details(writer http.ResponseWriter, request *http.Request) {
	id, err := strconv.Atoi(request.PathValue("id"))
	if err != nil {
		http.Error(writer, `{"error": "please provide numeric product id"}`, http.StatusBadRequest)
		return
	}
	answer(writer, "application/json", fmt.Sprintf(`{"id":%d,"author":"William Shakespeare","year":1595,"pages":200}`, id))
}

func answer(writer http.ResponseWriter, kind, text string) {
	name, _ := os.Hostname()
	writer.Header().Set("content-type", kind)
	writer.Header().Set("x-pod", name)
	fmt.Fprintln(writer, text)
}
