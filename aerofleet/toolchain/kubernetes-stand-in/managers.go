package main

import (
	"context"
	"encoding/json"
)

// An API server records who owns a field by manager and operation, so what a create (an "Update") wrote does not belong
// to the later apply of the same manager: the apply would conflict with its own past, and a field left out of it
// would stay. Before the first apply the record is therefore rewritten, as the official plugin does.

// managerEntry finds the position of a manager's record in metadata.managedFields; -1 where it has none.
func managerEntry(live object, manager, operation string) int {
	entries, _ := at(live, "metadata", "managedFields").([]any)
	for i, entry := range entries {
		entry, _ := entry.(object)
		if text(entry, "manager") == manager && text(entry, "operation") == operation && text(entry, "subresource") == "" {
			return i
		}
	}
	return -1
}

// appliedRecord returns metadata.managedFields with what the manager wrote by creating turned into an apply of the
// same fields; nil where there is nothing to turn.
func appliedRecord(live object, manager string) []any {
	created := managerEntry(live, manager, "Update")
	if created < 0 {
		return nil
	}
	entries := at(live, "metadata", "managedFields").([]any)
	record := plainObject(entries[created].(object))
	record["operation"] = "Apply"
	applied := managerEntry(live, manager, "Apply")
	if applied >= 0 {
		fields, _ := entries[applied].(object)["fieldsV1"].(object)
		record["fieldsV1"] = union(record["fieldsV1"].(object), fields)
	}
	result := []any{}
	for i, entry := range entries {
		if i != created && i != applied {
			result = append(result, entry)
		}
	}
	return append(result, record)
}

// union merges two sets of fields in the form of fieldsV1: nested maps, each key a step of a path.
func union(a, b object) object {
	result := object{}
	for key, value := range a {
		result[key] = value
	}
	for key, value := range b {
		inner, _ := value.(object)
		if existing, ok := result[key].(object); ok {
			result[key] = union(existing, inner)
		} else {
			result[key] = inner
		}
	}
	return result
}

// takeRecord rewrites the record on the server and returns the object as it is then. The resourceVersion makes sure
// that nobody else's entry is lost.
func (a *api) takeRecord(ctx context.Context, ref objectRef, live object, o writeOptions) (object, error) {
	for attempt := 1; ; attempt++ {
		record := appliedRecord(live, o.manager)
		if record == nil {
			return live, nil
		}
		patched, err := a.jsonPatch(ctx, ref, []any{
			object{"op": "test", "path": "/metadata/resourceVersion", "value": text(live, "metadata", "resourceVersion")},
			object{"op": "replace", "path": "/metadata/managedFields", "value": record},
		}, writeOptions{dryRun: o.dryRun})
		if err == nil {
			return patched.object, nil
		}
		overtaken := refusedWith(err, 409) || refusedWith(err, 422)
		if !overtaken || attempt == attempts {
			return nil, err
		}
		if live, err = a.get(ctx, ref); err != nil {
			return nil, err
		}
	}
}

// ownsPath tells whether the manager owns the field at a path of keys and list positions. Positions can't be found in
// the record, which names elements by their keys, so a manager that owns anything of a list counts as owning it all.
func ownsPath(live object, manager string, path []any) bool {
	entries, _ := at(live, "metadata", "managedFields").([]any)
	for _, operation := range []string{"Apply", "Update"} {
		if i := managerEntry(live, manager, operation); i >= 0 {
			fields, _ := entries[i].(object)["fieldsV1"].(object)
			if ownsIn(fields, path) {
				return true
			}
		}
	}
	return false
}

func ownsIn(fields object, path []any) bool {
	for _, step := range path {
		key, isKey := step.(string)
		if !isKey {
			return true
		}
		inner, ok := fields["f:"+key].(object)
		if !ok {
			return false
		}
		if len(inner) == 0 {
			return true // a leaf: an atomic map or list is owned as a whole
		}
		fields = inner
	}
	return true
}

// ownConflict tells whether a refused apply conflicts with nothing but what the same manager wrote by creating.
func (r *refusal) ownConflict(manager string) bool {
	owners := r.owners()
	for _, owner := range owners {
		if owner != manager {
			return false
		}
	}
	return len(owners) > 0
}

// sameJSON compares values as the server would see them.
func sameJSON(a, b any) bool {
	left, _ := json.Marshal(a)
	right, _ := json.Marshal(b)
	return string(left) == string(right)
}
