package main

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Diff says what an update would change. Where the inputs differ from the state, the server is asked, by a dry run, what
// it would hold afterwards: a quantity written another way is no change.
func (p *provider) Diff(_ context.Context, call *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	r, err := p.read(call.GetUrn(), "", call.GetNews())
	if err != nil {
		return nil, err
	}
	p.seen.Store(r.urn, true)
	old, err := readProperties(call.GetOlds())
	if err != nil {
		return nil, err
	}
	given, err := readProperties(call.GetOldInputs())
	if err != nil {
		return nil, err
	}
	live := liveOf(old)
	before := p.settled(r, pruneObject(live, plainObject(inputsOf(old, given))))
	fixed := p.fixed(r.resource, r.wanted)
	if group, _ := splitAPIVersion(text(before, "apiVersion")); group != r.ref.group {
		fixed = append(fixed, "apiVersion")
	}
	if text(before, "kind") != r.ref.kind {
		fixed = append(fixed, "kind")
	}
	changes := compare(before, withoutServerFields(r.wanted))
	response := diffResponse(changes, fixed)
	if len(changes) > 0 && len(response.Replaces) == 0 && !contains[unknown](r.wanted) {
		response = diffResponse(p.effective(r, old, live, before, changes), fixed)
	}
	sameObject := text(live, "metadata", "name") == r.ref.name && text(before, "metadata", "namespace") == r.ref.namespace
	response.DeleteBeforeReplace = len(response.Replaces) > 0 && sameObject
	return response, nil
}

// settled completes a live object that was reduced to its inputs: they may leave out the namespace that every request
// of a namespaced kind has.
func (p *provider) settled(r request, pruned object) object {
	result, metadata := withMetadata(withoutServerFields(pruned))
	if r.ref.namespace == "" {
		delete(metadata, "namespace")
	} else if metadata["namespace"] == nil {
		metadata["namespace"] = p.defaultNamespace
	}
	return result
}

// effective reduces changes of the inputs to what the server makes of them. Where it refuses, the changes stay as
// they are: the preview of the update says what is wrong.
func (p *provider) effective(r request, old, live, before object, changes []change) []change {
	o := writeOptions{manager: p.manager(r, old), dryRun: true}
	answered, err := p.change(r, o)
	if err != nil {
		return changes
	}
	after := p.settled(r, pruneObject(answered.object, r.wanted))
	var result []change
	for _, c := range compare(before, after) {
		// A field that stays although it is no longer asked for has another owner, or a default. If it never was
		// this resource's own, nothing changes.
		if c.kind == pulumirpc.PropertyDiff_DELETE && holds(answered.object, c.path) && !ownsPath(live, o.manager, c.path) {
			continue
		}
		result = append(result, c)
	}
	return result
}

// holds tells whether there is a value at a path of keys and list positions.
func holds(value any, path []any) bool {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			inner, _ := value.(object)
			var ok bool
			if value, ok = inner[step]; !ok {
				return false
			}
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return false
			}
			value = list[step]
		}
	}
	return true
}
