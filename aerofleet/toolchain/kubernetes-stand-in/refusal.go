package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// refusal is an API server's no.
type refusal struct {
	server          string
	code            int
	reason, message string
	about           string // the kind of what is missing, in the plural: "namespaces"
	causes          []cause
}

type cause struct{ reason, message, field string }

func newRefusal(server string, code int, status object) *refusal {
	r := &refusal{server: server, code: code, reason: text(status, "reason"), message: text(status, "message")}
	if r.message == "" {
		r.message = http.StatusText(code)
	}
	details, _ := status["details"].(object)
	r.about = text(details, "kind")
	causes, _ := details["causes"].([]any)
	for _, entry := range causes {
		entry, _ := entry.(object)
		r.causes = append(r.causes, cause{text(entry, "reason"), text(entry, "message"), text(entry, "field")})
	}
	return r
}

var conflictingManager = regexp.MustCompile(`conflict with "([^"]+)"`)

// owners maps each field that other managers own to the manager, of a conflict between appliers; empty otherwise.
func (r *refusal) owners() map[string]string {
	owners := map[string]string{}
	for _, cause := range r.causes {
		if match := conflictingManager.FindStringSubmatch(cause.message); match != nil {
			owners[cause.field] = match[1]
		}
	}
	return owners
}

// Error is one line for a person.
func (r *refusal) Error() string {
	switch {
	case r.code == http.StatusUnauthorized:
		return fmt.Sprintf("the API server at %s does not accept the kubeconfig's credentials (401)", r.server)
	case len(r.owners()) > 0:
		var fields []string
		for _, cause := range r.causes {
			if match := conflictingManager.FindStringSubmatch(cause.message); match != nil {
				fields = append(fields, fmt.Sprintf("%s (%s)", strings.TrimPrefix(cause.field, "."), match[1]))
			}
		}
		return fmt.Sprintf("other field managers own %s (409); leave these fields out, or have that manager give them up",
			strings.Join(fields, ", "))
	}
	return fmt.Sprintf("%s (%d)", oneLine(r.message), r.code)
}

// lostError means that no answer arrived. Unless sent is false, the request may have been carried out.
type lostError struct {
	server string
	cause  error
	sent   bool
}

func (e *lostError) Error() string {
	if !e.sent {
		return fmt.Sprintf("the API server at %s can't be reached: %s; does it run?", e.server, oneLine(e.cause.Error()))
	}
	return oneLine(e.cause.Error()) // `Post "https://…": EOF`, as the official plugin says it
}

// unservedError means that the server knows no such kind.
type unservedError struct{ kind kindRef }

func (e *unservedError) Error() string {
	return fmt.Sprintf("the API server serves no %s in %s; is its CustomResourceDefinition there?",
		e.kind.kind, e.kind.apiVersion())
}

func refusedWith(err error, code int) bool {
	var r *refusal
	return errors.As(err, &r) && r.code == code
}

func isNotFound(err error) bool { return refusedWith(err, http.StatusNotFound) }

func isUnserved(err error) bool {
	var unserved *unservedError
	return errors.As(err, &unserved)
}

func isAlreadyExists(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.reason == "AlreadyExists"
}

// isMissingNamespace tells a write into a namespace that is not there from one to an object that is not there.
func isMissingNamespace(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.code == http.StatusNotFound && r.about == "namespaces"
}

// isLost tells an answer that did not arrive although the request was sent.
func isLost(err error) bool {
	var lost *lostError
	return errors.As(err, &lost) && lost.sent
}

// innermost takes off what net/http wraps around an error: method and address, which the caller says better.
func innermost(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func oneLine(message string) string { return strings.Join(strings.Fields(message), " ") }
