package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	requestTimeout = 60 * time.Second
	attempts       = 5
	firstBackOff   = 200 * time.Millisecond
	longestBackOff = 5 * time.Second
)

// api speaks to one Kubernetes API server.
type api struct {
	base  *url.URL
	http  *http.Client
	token string

	mutex sync.Mutex
	known map[kindRef]servedKind
}

// servedKind is how the server serves a kind.
type servedKind struct {
	plural     string
	namespaced bool
}

func newAPI(c *connection) *api {
	return &api{base: c.server, http: c.client(), token: c.token, known: map[kindRef]servedKind{}}
}

// call is one request.
type call struct {
	method      string
	path        string
	query       url.Values
	contentType string
	body        any
}

// answer is what the server returned: an object, and what it warned of.
type answer struct {
	object   object
	warnings []string
}

// send makes a call. Errors are *refusal where the server said no, *lostError where its answer did not arrive.
//
// What is sent again follows Kubernetes' own client, which the official plugin uses: a read whose answer was lost, and
// anything that the server itself asks to send later (Retry-After). A write whose answer was lost is not.
func (a *api) send(ctx context.Context, c call) (answer, error) {
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return answer{}, err
		}
	}
	wait := firstBackOff
	for attempt := 1; ; attempt++ {
		result, later, err := a.sendOnce(ctx, c, body)
		if err == nil || attempt == attempts || !(later > 0 || c.method == http.MethodGet && isLost(err)) {
			return result, err
		}
		select {
		case <-time.After(min(max(wait, later), longestBackOff)):
			wait *= 2
		case <-ctx.Done():
			return answer{}, err
		}
	}
}

func (a *api) sendOnce(ctx context.Context, c call, body []byte) (answer, time.Duration, error) {
	// A write in flight is not broken off when the run is cancelled: its outcome would be unknown for no gain.
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout)
	defer cancel()
	response, err := a.open(limited, c, body)
	if err != nil {
		return answer{}, 0, err
	}
	defer response.Body.Close()
	contents, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, 0, &lostError{server: a.base.Host, cause: err, sent: true}
	}
	var decoded object
	if err := json.Unmarshal(contents, &decoded); err != nil && response.StatusCode < 300 {
		return answer{}, 0, &lostError{server: a.base.Host, cause: err, sent: true}
	}
	if response.StatusCode >= 300 {
		return answer{}, later(response), newRefusal(a.base.Host, response.StatusCode, decoded)
	}
	return answer{decoded, warnings(response.Header)}, 0, nil
}

// later is how long the server asks to wait before the same request; zero where it does not ask for another one.
func later(response *http.Response) time.Duration {
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode < 500 {
		return 0
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	return time.Duration(seconds) * time.Second
}

// open sends a call and returns the response with its body unread.
func (a *api) open(ctx context.Context, c call, body []byte) (*http.Response, error) {
	target := a.base.JoinPath(c.path)
	target.RawQuery = c.query.Encode()
	request, err := http.NewRequestWithContext(ctx, c.method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "pulumi-resource-kubernetes/"+version)
	if c.contentType != "" {
		request.Header.Set("Content-Type", c.contentType)
	}
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	response, err := a.http.Do(request)
	if err != nil {
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return nil, &lostError{server: a.base.Host, cause: innermost(err)}
		}
		return nil, &lostError{server: a.base.Host, cause: err, sent: true}
	}
	return response, nil
}

var warningText = regexp.MustCompile(`^\d{3} \S+ "(.*)"`)

// warnings reads the texts of Warning headers, such as `299 - "unknown field \"spec.foo\""`.
func warnings(header http.Header) []string {
	var result []string
	for _, value := range header.Values("Warning") {
		if match := warningText.FindStringSubmatch(value); match != nil {
			result = append(result, strings.ReplaceAll(match[1], `\"`, `"`))
		}
	}
	return result
}

// serve looks up how the server serves a kind; *unservedError where it does not (yet).
func (a *api) serve(ctx context.Context, kind kindRef) (servedKind, error) {
	a.mutex.Lock()
	served, ok := a.known[kind]
	a.mutex.Unlock()
	if ok {
		return served, nil
	}
	prefix := "/api/"
	if kind.group != "" {
		prefix = "/apis/"
	}
	list, err := a.send(ctx, call{method: "GET", path: prefix + kind.apiVersion()})
	if err != nil && !isNotFound(err) {
		return servedKind{}, err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	resources, _ := list.object["resources"].([]any)
	for _, entry := range resources {
		entry, _ := entry.(object)
		plural := text(entry, "name")
		if plural == "" || strings.Contains(plural, "/") {
			continue // a subresource
		}
		namespaced, _ := entry["namespaced"].(bool)
		a.known[kindRef{kind.group, kind.version, text(entry, "kind")}] = servedKind{plural, namespaced}
	}
	if served, ok := a.known[kind]; ok {
		return served, nil
	}
	return servedKind{}, &unservedError{kind}
}

// forget drops what is known of a group: one of its CRDs has changed.
func (a *api) forget(group string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for kind := range a.known {
		if kind.group == group {
			delete(a.known, kind)
		}
	}
}

func (a *api) path(ctx context.Context, ref objectRef, withName bool) (string, error) {
	served, err := a.serve(ctx, ref.kindRef)
	if err != nil {
		return "", err
	}
	parts := []string{"/apis", ref.group, ref.version}
	if ref.group == "" {
		parts = []string{"/api", ref.version}
	}
	if served.namespaced {
		parts = append(parts, "namespaces", ref.namespace)
	}
	parts = append(parts, served.plural)
	if withName {
		parts = append(parts, ref.name)
	}
	return strings.Join(parts, "/"), nil
}

func (a *api) get(ctx context.Context, ref objectRef) (object, error) {
	path, err := a.path(ctx, ref, true)
	if err != nil {
		return nil, err
	}
	found, err := a.send(ctx, call{method: "GET", path: path})
	return found.object, err
}

// writeOptions go with every write. A dry run is computed by the server and kept nowhere.
type writeOptions struct {
	manager string
	force   bool
	dryRun  bool
}

func (o writeOptions) query() url.Values {
	query := url.Values{}
	if o.manager != "" {
		query.Set("fieldManager", o.manager)
	}
	if o.force {
		query.Set("force", "true")
	}
	if o.dryRun {
		query.Set("dryRun", "All")
	}
	return query
}

// create is a POST: an object that is there already is an error.
func (a *api) create(ctx context.Context, ref objectRef, body object, o writeOptions) (answer, error) {
	path, err := a.path(ctx, ref, false)
	if err != nil {
		return answer{}, err
	}
	return a.send(ctx, call{"POST", path, o.query(), "application/json", body})
}

// apply is server-side apply. The caller has seen the object and puts its uid into the body, because an apply makes
// an object that is missing.
func (a *api) apply(ctx context.Context, ref objectRef, body object, o writeOptions) (answer, error) {
	return a.write(ctx, "PATCH", "application/apply-patch+yaml", ref, body, o)
}

func (a *api) replace(ctx context.Context, ref objectRef, body object, o writeOptions) (answer, error) {
	return a.write(ctx, "PUT", "application/json", ref, body, o)
}

func (a *api) jsonPatch(ctx context.Context, ref objectRef, operations []any, o writeOptions) (answer, error) {
	return a.write(ctx, "PATCH", "application/json-patch+json", ref, operations, o)
}

// delete returns the object as it waits for its end, or nil where it is gone at once.
func (a *api) delete(ctx context.Context, ref objectRef, o writeOptions) (object, error) {
	options := object{"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground"}
	deleted, err := a.write(ctx, "DELETE", "application/json", ref, options, o)
	if err != nil || deleted.object["kind"] == "Status" {
		return nil, err
	}
	return deleted.object, nil
}

func (a *api) write(
	ctx context.Context, method, contentType string, ref objectRef, body any, o writeOptions,
) (answer, error) {
	path, err := a.path(ctx, ref, true)
	if err != nil {
		return answer{}, err
	}
	return a.send(ctx, call{method, path, o.query(), contentType, body})
}
