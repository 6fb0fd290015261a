// tiny is all that is in the tests' image: it stays, ends at once, ignores SIGTERM, or says whether a file is there.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	switch os.Args[1] {
	case "stay":
		ended := make(chan os.Signal, 1)
		signal.Notify(ended, syscall.SIGTERM)
		<-ended
	case "remain":
		signal.Ignore(syscall.SIGTERM)
		for {
			time.Sleep(time.Hour)
		}
	case "end":
		fmt.Println("first words\n" + strings.Join(os.Args[2:], " "))
		os.Exit(3)
	case "there":
		if _, err := os.Stat(os.Args[2]); err != nil {
			fmt.Println("no file " + os.Args[2])
			os.Exit(1)
		}
	}
}
