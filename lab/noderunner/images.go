package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"

	v1 "k8s.io/api/core/v1"
)

// Image is the program of a container with a matching image on this node.
type Image struct {
	// Image is a regular expression over the image reference.
	Image string `json:"image"`
	// Container, if set, is a regular expression over the container's name.
	Container string `json:"container,omitempty"`
	// Entrypoint replaces the image's own. It is used if the Pod has no command.
	Entrypoint []string `json:"entrypoint,omitempty"`
	// Mounts are files of the image that differ from the node's. The container sees the image's files.
	Mounts []Mount `json:"mounts,omitempty"`
	// Done is the reason why the container has nothing to do here. It then succeeds at once.
	Done string `json:"done,omitempty"`

	image     *regexp.Regexp
	container *regexp.Regexp
}

type images []Image

func loadImages(path string) (images, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var table images
	if err := json.Unmarshal(data, &table); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i := range table {
		if table[i].image, err = regexp.Compile("^(?:" + table[i].Image + ")$"); err != nil {
			return nil, fmt.Errorf("%s: entry %d: %w", path, i, err)
		}
		if table[i].container, err = regexp.Compile("^(?:" + table[i].Container + ")$"); err != nil {
			return nil, fmt.Errorf("%s: entry %d: %w", path, i, err)
		}
	}
	return table, nil
}

// imageFile is a table that can change while the node runs, as versions may be built later.
type imageFile string

// find returns the entry for the container in the present file; see images.find.
func (path imageFile) find(container v1.Container) (*Image, error) {
	table, err := loadImages(string(path))
	if err != nil {
		return nil, err
	}
	return table.find(container), nil
}

// find returns the first entry for the container, or nil if the lab cannot run it.
func (table images) find(container v1.Container) *Image {
	for i := range table {
		entry := &table[i]
		if entry.image.MatchString(container.Image) &&
			(entry.Container == "" || entry.container.MatchString(container.Name)) {
			return entry
		}
	}
	return nil
}

// argv returns the command line of a container. The Pod's command and args override the image's.
func (entry *Image) argv(command, args []string) ([]string, error) {
	if len(command) == 0 {
		command = entry.Entrypoint
	}
	argv := append(append([]string{}, command...), args...)
	if len(argv) == 0 {
		return nil, fmt.Errorf("neither the Pod nor the image table has a command for it")
	}
	return argv, nil
}
