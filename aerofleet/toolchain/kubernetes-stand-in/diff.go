package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// change is one difference between two objects at a path of keys and list positions.
type change struct {
	path []any
	kind pulumirpc.PropertyDiff_Kind
	// value is what is added or put in place of the old one.
	value any
}

// compare lists the changes that lead from one object to another, each at the deepest path that tells it.
func compare(old, wanted object) []change { return compareMaps(nil, old, wanted) }

func compareMaps(path []any, old, wanted object) []change {
	var changes []change
	keys := slices.Sorted(maps.Keys(old))
	for key := range wanted {
		if _, known := old[key]; !known {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		before, had := old[key]
		after, has := wanted[key]
		here := append(slices.Clone(path), key)
		switch {
		case !had:
			changes = append(changes, change{here, pulumirpc.PropertyDiff_ADD, after})
		case !has:
			changes = append(changes, change{here, pulumirpc.PropertyDiff_DELETE, nil})
		default:
			changes = append(changes, compareValues(here, before, after)...)
		}
	}
	return changes
}

func compareValues(path []any, old, wanted any) []change {
	if old, ok := old.(object); ok {
		if wanted, ok := wanted.(object); ok {
			return compareMaps(path, old, wanted)
		}
	}
	if old, ok := old.([]any); ok {
		if wanted, ok := wanted.([]any); ok {
			return compareLists(path, old, wanted)
		}
	}
	if _, ok := wanted.(unknown); !ok && sameJSON(old, wanted) {
		return nil
	}
	return []change{{path, pulumirpc.PropertyDiff_UPDATE, wanted}}
}

func compareLists(path []any, old, wanted []any) []change {
	var changes []change
	for i := range max(len(old), len(wanted)) {
		here := append(slices.Clone(path), i)
		switch {
		case i >= len(old):
			changes = append(changes, change{here, pulumirpc.PropertyDiff_ADD, wanted[i]})
		case i >= len(wanted):
			changes = append(changes, change{here, pulumirpc.PropertyDiff_DELETE, nil})
		default:
			changes = append(changes, compareValues(here, old[i], wanted[i])...)
		}
	}
	return changes
}

// propertyPath writes a path as the engine does: `spec.racks[1].id`, `metadata.labels["app.kubernetes.io/name"]`.
func propertyPath(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		case string:
			key := stateKey(step)
			switch {
			case strings.ContainsAny(key, `."[]`):
				fmt.Fprintf(&b, `["%s"]`, strings.ReplaceAll(key, `"`, `\"`))
			case b.Len() > 0:
				b.WriteString("." + key)
			default:
				b.WriteString(key)
			}
		}
	}
	return b.String()
}

var replacing = map[pulumirpc.PropertyDiff_Kind]pulumirpc.PropertyDiff_Kind{
	pulumirpc.PropertyDiff_ADD:    pulumirpc.PropertyDiff_ADD_REPLACE,
	pulumirpc.PropertyDiff_UPDATE: pulumirpc.PropertyDiff_UPDATE_REPLACE,
	pulumirpc.PropertyDiff_DELETE: pulumirpc.PropertyDiff_DELETE_REPLACE,
}

// touches tells whether a change concerns the field at a dotted path: at it, below it, or above it with a value that
// holds the field.
func (c change) touches(field string) bool {
	rest := strings.Split(field, ".")
	for _, step := range c.path {
		if len(rest) == 0 {
			return true
		}
		if key, ok := step.(string); !ok || key != rest[0] {
			return false
		}
		rest = rest[1:]
	}
	value := c.value
	for _, key := range rest {
		inner, ok := value.(object)
		if !ok {
			return false
		}
		if value, ok = inner[key]; !ok {
			return false
		}
	}
	return true
}

// diffResponse puts changes into the engine's form. fixed are the fields that can't change without a replacement.
func diffResponse(changes []change, fixed []string) *pulumirpc.DiffResponse {
	response := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_NONE,
		DetailedDiff:    map[string]*pulumirpc.PropertyDiff{},
		HasDetailedDiff: true,
	}
	for _, c := range changes {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		path, kind := propertyPath(c.path), c.kind
		if slices.ContainsFunc(fixed, c.touches) {
			kind = replacing[kind]
			response.Replaces = append(response.Replaces, path)
		}
		// A deleted input may still stand in the outputs, as the server's own: the engine shows it from the inputs.
		inputDiff := c.kind == pulumirpc.PropertyDiff_DELETE
		response.DetailedDiff[path] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: inputDiff}
	}
	return response
}
