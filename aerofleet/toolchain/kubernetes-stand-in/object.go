package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
)

// kindRef names a kind as the API server does; the core group is empty.
type kindRef struct{ group, version, kind string }

func (k kindRef) apiVersion() string {
	if k.group == "" {
		return k.version
	}
	return k.group + "/" + k.version
}

// objectRef names one object; the namespace of cluster-wide objects is empty.
type objectRef struct {
	kindRef
	namespace, name string
}

// id is what the engine knows the object by: `namespace/name`, or `name` alone.
func (r objectRef) id() string {
	if r.namespace == "" {
		return r.name
	}
	return r.namespace + "/" + r.name
}

func (r objectRef) String() string { return r.kind + " " + r.id() }

// typeOfURN returns the type token of `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`.
func typeOfURN(urn string) (string, error) {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) != 4 {
		return "", fmt.Errorf("%q is no URN of a resource", urn)
	}
	qualified := parts[2]
	return qualified[strings.LastIndex(qualified, "$")+1:], nil
}

// parseToken reads a type token such as `kubernetes:core/v1:Namespace` or `kubernetes:asdb.aerospike.com/v1:AerospikeCluster`.
func parseToken(token string) (kindRef, error) {
	parts := strings.Split(token, ":")
	if len(parts) == 3 && parts[0] == "kubernetes" {
		group, version, found := strings.Cut(parts[1], "/")
		if group == "core" {
			group = ""
		}
		// The official plugin's own kinds have groups that no API server serves.
		if found && group != "helm.sh" && group != "kustomize" && group != "yaml" {
			return kindRef{group, version, parts[2]}, nil
		}
	}
	return kindRef{}, fmt.Errorf("%s is no plain Kubernetes object; only the official plugin makes such resources", token)
}

// isPatch tells a `…Patch` resource, which adds fields to an object that somebody else made, by its token's kind.
func isPatch(tokenKind, inputKind string) bool {
	return strings.HasSuffix(tokenKind, "Patch") && tokenKind != inputKind
}

// resource is what a request is about: the object, and whether the resource owns it or only some of its fields.
type resource struct {
	urn   string
	ref   objectRef
	patch bool
}

// resourceOf puts together what the URN says of the kind with what the inputs say of the object. An id, which only a
// resource that exists has, goes before the inputs.
func resourceOf(urn, id string, inputs object) (resource, error) {
	token, err := typeOfURN(urn)
	if err != nil {
		return resource{}, err
	}
	kind, err := parseToken(token)
	if err != nil {
		return resource{}, err
	}
	inputKind := text(inputs, "kind")
	result := resource{urn: urn, patch: isPatch(kind.kind, inputKind)}
	if result.patch {
		kind.kind = strings.TrimSuffix(kind.kind, "Patch")
	}
	if apiVersion := text(inputs, "apiVersion"); apiVersion != "" {
		kind.group, kind.version = splitAPIVersion(apiVersion)
	}
	if inputKind != "" {
		kind.kind = inputKind
	}
	result.ref = objectRef{kind, text(inputs, "metadata", "namespace"), text(inputs, "metadata", "name")}
	if namespace, name, found := strings.Cut(id, "/"); found {
		result.ref.namespace, result.ref.name = namespace, name
	} else if id != "" {
		result.ref.namespace, result.ref.name = "", id
	}
	return result, nil
}

// fieldManager is the name under which the API server records who owns a field. It follows from the URN: two resources
// that patch one object must not take each other for themselves, and a repeated run must be recognised as the same.
func (r resource) fieldManager() string {
	sum := sha256.Sum256([]byte(r.urn))
	return "pulumi-kubernetes-" + hex.EncodeToString(sum[:4])
}

func splitAPIVersion(apiVersion string) (group, version string) {
	group, version, found := strings.Cut(apiVersion, "/")
	if !found {
		return "", group
	}
	if group == "core" {
		group = ""
	}
	return group, version
}

// text returns the string at a path of keys, empty where there is none.
func text(o object, path ...string) string {
	value, _ := at(o, path...).(string)
	return value
}

// at returns the value at a path of keys, nil where there is none.
func at(o object, path ...string) any {
	for _, key := range path[:len(path)-1] {
		inner, ok := o[key].(object)
		if !ok {
			return nil
		}
		o = inner
	}
	return o[path[len(path)-1]]
}

// withMetadata returns a copy of an object that shares everything with it but the metadata, and the copy's metadata
// to change.
func withMetadata(o object) (copied, metadata object) {
	copied, metadata = maps.Clone(o), object{}
	if given, ok := o["metadata"].(object); ok {
		metadata = maps.Clone(given)
	}
	copied["metadata"] = metadata
	return copied, metadata
}

// serverFields of metadata are the server's to write.
var serverFields = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
	"resourceVersion", "selfLink", "uid",
}

// prune reduces live to the shape of wanted: fields that nobody asked for are the server's business. Elements of a
// list that go beyond the wanted ones stay, because they are a difference.
func prune(live, wanted any) any {
	switch live := live.(type) {
	case object:
		if wanted, ok := wanted.(object); ok {
			result := object{}
			for key, inner := range wanted {
				if value, ok := live[key]; ok {
					result[key] = prune(value, inner)
				}
			}
			return result
		}
	case []any:
		if wanted, ok := wanted.([]any); ok {
			result := make([]any, len(live))
			for i, element := range live {
				result[i] = element
				if i < len(wanted) {
					result[i] = prune(element, wanted[i])
				}
			}
			return result
		}
	}
	return live
}

func pruneObject(live, wanted object) object { return prune(live, wanted).(object) }

// importable is what a resource's inputs would be to describe a live object that the engine never saw before.
func importable(live object) object {
	result := withoutServerFields(live)
	delete(result, "status")
	return result
}

func withoutServerFields(o object) object {
	result, metadata := withMetadata(o)
	for _, field := range serverFields {
		delete(metadata, field)
	}
	return result
}
