package main

import (
	"strings"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	process "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
)

// message is a request's headers, and the changes that policies make to them.
type message struct {
	// By name in lower case; :method, :path and :authority among them.
	headers map[string]string
	changes process.HeaderMutation
}

func readMessage(headers *core.HeaderMap) *message {
	result := &message{headers: map[string]string{}}
	for _, each := range headers.GetHeaders() {
		value := each.Value
		if len(each.RawValue) > 0 {
			value = string(each.RawValue)
		}
		name := strings.ToLower(each.Key)
		if before, again := result.headers[name]; again {
			value = before + "," + value
		}
		result.headers[name] = value
	}
	return result
}

func (m *message) get(name string) (string, bool) {
	// As in Envoy: one header with two names.
	if name == "host" {
		name = ":authority"
	}
	value, found := m.headers[name]
	return value, found
}

func (m *message) remove(name string) {
	delete(m.headers, strings.ToLower(name))
	m.changes.RemoveHeaders = append(m.changes.RemoveHeaders, name)
}

func (m *message) add(name, value string) {
	key := strings.ToLower(name)
	if before, found := m.headers[key]; found {
		m.headers[key] = before + "," + value
	} else {
		m.headers[key] = value
	}
	m.set(name, value, core.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD)
}

func (m *message) replace(name, value string) {
	m.headers[strings.ToLower(name)] = value
	m.set(name, value, core.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD)
}

func (m *message) set(name, value string, how core.HeaderValueOption_HeaderAppendAction) {
	m.changes.SetHeaders = append(m.changes.SetHeaders, &core.HeaderValueOption{
		Header: &core.HeaderValue{Key: name, RawValue: []byte(value)}, AppendAction: how})
}
