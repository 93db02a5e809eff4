package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Time that the official plugin gives an object, unless the resource sets its own.
const (
	deletionTime = 5 * time.Minute
	readyTime    = time.Minute
)

// await follows an object from a known state (nil: gone) until check is content with it or fails. It watches, and reads
// the object anew whenever a watch ends.
func (a *api) await(
	ctx context.Context, ref objectRef, state object, limit time.Duration, check func(object) (bool, error),
) (object, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		if done, err := check(state); done || err != nil {
			return state, err
		}
		next, done, err := a.follow(ctx, ref, state, check)
		if done || err != nil {
			return next, err
		}
		if ctx.Err() != nil {
			return next, ctx.Err()
		}
		found, err := a.get(ctx, ref)
		switch {
		case isNotFound(err) || isUnserved(err):
			state = nil
		case err != nil:
			return next, err
		default:
			state = found
		}
	}
}

// follow watches one object from a state on, as long as the server keeps the watch open.
func (a *api) follow(
	ctx context.Context, ref objectRef, state object, check func(object) (bool, error),
) (object, bool, error) {
	path, err := a.path(ctx, ref, false)
	if err != nil {
		return state, false, err
	}
	query := url.Values{
		"watch":           {"true"},
		"fieldSelector":   {"metadata.name=" + ref.name},
		"resourceVersion": {text(state, "metadata", "resourceVersion")},
		"timeoutSeconds":  {strconv.Itoa(int(deletionTime.Seconds()))},
	}
	response, err := a.open(ctx, call{method: "GET", path: path, query: query}, nil)
	if err != nil { // the object is read next, and tells whether the server is gone for good
		return state, false, backOff(ctx)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return state, false, backOff(ctx)
	}
	events := json.NewDecoder(response.Body)
	for {
		var event struct {
			Type   string
			Object object
		}
		if err := events.Decode(&event); err != nil {
			return state, false, nil
		}
		switch event.Type {
		case "ERROR": // most often: the state is too old to watch from
			return state, false, backOff(ctx)
		case "DELETED":
			state = nil
		default:
			state = event.Object
		}
		if done, err := check(state); done || err != nil {
			return state, true, err
		}
	}
}

func backOff(ctx context.Context) error {
	select {
	case <-time.After(firstBackOff):
	case <-ctx.Done():
	}
	return nil
}

// awaitReady waits for what other objects rely on: a quota that counts, a CRD that is served. Everything else is
// ready once accepted; rollouts are `aerofleet wait`'s subject.
func (a *api) awaitReady(ctx context.Context, ref objectRef, state object, limit time.Duration) (object, error) {
	check, ok := readiness[ref.group+"/"+ref.kind]
	if !ok {
		return state, nil
	}
	last, err := a.await(ctx, ref, state, limit, func(live object) (bool, error) {
		if live == nil {
			return false, fmt.Errorf("%s was deleted by somebody else while it was waited for", ref)
		}
		return check(live)
	})
	if last == nil {
		last = state
	}
	if err != nil && ctx.Err() == nil && err == context.DeadlineExceeded {
		err = fmt.Errorf("%s is not ready after %s: %s", ref, limit, notReady[ref.kind])
	}
	return last, err
}

var readiness = map[string]func(object) (bool, error){
	"/ResourceQuota": func(live object) (bool, error) {
		wanted, _ := at(live, "spec", "hard").(object)
		counted, _ := at(live, "status", "hard").(object)
		for name, limit := range wanted {
			if counted[name] != limit {
				return false, nil
			}
		}
		return true, nil
	},
	"apiextensions.k8s.io/CustomResourceDefinition": func(live object) (bool, error) {
		conditions := conditionsOf(live)
		if names := conditions["NamesAccepted"]; text(names, "status") == "False" {
			return false, fmt.Errorf("the API server does not accept its names: %s", text(names, "message"))
		}
		return text(conditions["Established"], "status") == "True", nil
	},
}

var notReady = map[string]string{
	"ResourceQuota":            "status.hard does not show the quota; does kube-controller-manager run?",
	"CustomResourceDefinition": "the API server has not established it",
}

func conditionsOf(live object) map[string]object {
	result := map[string]object{}
	list, _ := at(live, "status", "conditions").([]any)
	for _, entry := range list {
		if condition, ok := entry.(object); ok {
			result[text(condition, "type")] = condition
		}
	}
	return result
}

// awaitGone waits until a deleted object is gone and, if it does not go, says what holds it.
func (a *api) awaitGone(ctx context.Context, ref objectRef, state object, limit time.Duration) error {
	uid := text(state, "metadata", "uid")
	last, err := a.await(ctx, ref, state, limit, func(live object) (bool, error) {
		return live == nil || text(live, "metadata", "uid") != uid, nil
	})
	if err == nil {
		return nil
	}
	if err == context.DeadlineExceeded {
		return fmt.Errorf("still there %s after its deletion was asked for%s", limit, heldBy(last))
	}
	return err
}

func heldBy(live object) string {
	var reasons []string
	finalizers, _ := at(live, "metadata", "finalizers").([]any)
	for _, finalizer := range finalizers {
		reasons = append(reasons, fmt.Sprintf("finalizer %v", finalizer))
	}
	conditions := conditionsOf(live)
	for _, kind := range slices.Sorted(maps.Keys(conditions)) {
		if text(conditions[kind], "status") == "True" && strings.HasPrefix(kind, "Namespace") {
			reasons = append(reasons, text(conditions[kind], "message"))
		}
	}
	if len(reasons) == 0 {
		return ""
	}
	return "; held by " + strings.Join(reasons, ", ")
}

// timeLimit is the resource's own limit in seconds, if it has one.
func timeLimit(seconds float64, otherwise time.Duration) time.Duration {
	if seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	return otherwise
}
