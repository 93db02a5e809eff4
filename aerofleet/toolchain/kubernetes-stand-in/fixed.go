package main

import "slices"

// identity of an object: a change of it is another object.
var identity = []string{"metadata.name", "metadata.namespace"}

// fixedFields are the fields, by group and kind, for which the official plugin replaces an object instead of updating
// it, because the API server refuses to change them (or, for a ConfigMap's and a Secret's contents, because running
// Pods would not notice). The kinds a toolkit for bare metal meets; a kind that is missing here has its update refused
// by the server at preview.
var fixedFields = map[string][]string{
	"apps/DaemonSet":   {"spec.selector"},
	"apps/Deployment":  {"spec.selector"},
	"apps/StatefulSet": {"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"},
	"batch/Job":        {"spec.completions", "spec.parallelism", "spec.selector", "spec.template"},
	"rbac.authorization.k8s.io/ClusterRoleBinding": {"roleRef"},
	"rbac.authorization.k8s.io/RoleBinding":        {"roleRef"},
	"storage.k8s.io/StorageClass":                  {"parameters", "provisioner"},
	"/ConfigMap":                                   {"binaryData", "data"},
	"/PersistentVolume":                            {"spec.csi", "spec.fc", "spec.hostPath", "spec.iscsi", "spec.local", "spec.nfs"},
	"/PersistentVolumeClaim":                       {"spec"},
	"/ResourceQuota":                               {"spec.scopes"},
	"/Secret":                                      {"data", "stringData", "type"},
	"/Service":                                     {"spec.clusterIP"},
}

// fixed lists the fields of a resource that can't change without a replacement.
func (p *provider) fixed(r resource, wanted object) []string {
	if r.patch {
		return identity
	}
	immutable, _ := wanted["immutable"].(bool)
	mutable := map[string]bool{"ConfigMap": p.configMapsMutable, "Secret": p.secretsMutable}[r.ref.kind]
	if r.ref.group == "" && mutable && !immutable {
		return identity
	}
	return slices.Concat(identity, fixedFields[r.ref.group+"/"+r.ref.kind])
}
