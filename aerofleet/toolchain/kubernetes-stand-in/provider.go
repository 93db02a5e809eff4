package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// provider serves the engine. Configure sets everything below the mutex's line once, before any resource.
type provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	host   *engineHost
	fault  *fault
	ctx    context.Context // ends when the engine cancels the run
	cancel context.CancelFunc

	// seen are the URNs of resources that the engine knew before this run; plannedKinds what CRDs of this very run
	// will make the server serve, by group and kind.
	seen         sync.Map
	plannedKinds sync.Map
	warned       sync.Map

	server            *api
	defaultNamespace  string
	configMapsMutable bool
	secretsMutable    bool
}

func newProvider(host *engineHost, fault *fault) *provider {
	ctx, cancel := context.WithCancel(context.Background())
	return &provider{host: host, fault: fault, ctx: ctx, cancel: cancel}
}

func (p *provider) Handshake(
	context.Context, *pulumirpc.ProviderHandshakeRequest,
) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{AcceptSecrets: true}, nil
}

func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (p *provider) Attach(_ context.Context, request *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	if err := p.host.connect(request.GetAddress()); err != nil {
		return nil, err
	}
	p.host.log(pulumirpc.LogSeverity_WARNING, "", whatItIs)
	return &emptypb.Empty{}, nil
}

func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

// GetSchema names the package and no types: SDKs are generated from the official plugin's.
func (p *provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: fmt.Sprintf(`{"name":"kubernetes","version":%q}`, version)}, nil
}

func (p *provider) GetMapping(context.Context, *pulumirpc.GetMappingRequest) (*pulumirpc.GetMappingResponse, error) {
	return &pulumirpc.GetMappingResponse{}, nil
}

func (p *provider) GetMappings(context.Context, *pulumirpc.GetMappingsRequest) (*pulumirpc.GetMappingsResponse, error) {
	return &pulumirpc.GetMappingsResponse{}, nil
}

func officialOnly(what string) error {
	return status.Errorf(codes.Unimplemented, "the stand-in does not do %s; only the official plugin does", what)
}

func (p *provider) Parameterize(
	context.Context, *pulumirpc.ParameterizeRequest,
) (*pulumirpc.ParameterizeResponse, error) {
	return nil, officialOnly("parameterized packages")
}

func (p *provider) Invoke(_ context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, officialOnly(request.GetTok())
}

func (p *provider) Construct(
	_ context.Context, request *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	return nil, officialOnly(request.GetType())
}

func (p *provider) Call(_ context.Context, request *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	return nil, officialOnly(request.GetTok())
}

// understood are the options of the provider that mean something here; the others are refused when they are set,
// rather than silently not done.
var understood = []string{"clusterIdentifier",
	"kubeconfig", "context", "namespace", "enableConfigMapMutable", "enableSecretMutable",
	"suppressDeprecationWarnings", "suppressHelmHookWarnings", "version",
}

const noUpsert = "a create must fail where the object exists; adopting one takes `aerofleet recover` or an import"

func (p *provider) CheckConfig(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := readProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	for _, option := range slices.Sorted(maps.Keys(news)) {
		value, reason := plain(news[option]), ""
		switch {
		case option == "enableServerSideApply":
			if value == false || value == "false" {
				reason = "the stand-in updates by server-side apply only"
			}
		case value == false || value == "false" || value == "" || slices.Contains(understood, option):
		case option == "upsertExistingObjects":
			reason = noUpsert
		default:
			reason = "the stand-in does not have this option; only the official plugin has"
		}
		if reason != "" {
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: option, Reason: reason})
		}
	}
	return response, nil
}

// DiffConfig has a change of cluster replace the provider, and with it every resource; anything else is an update.
func (p *provider) DiffConfig(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := readProperties(request.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := readProperties(request.GetNews())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	for _, c := range compare(plainObject(olds), plainObject(news)) {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		key := c.path[0].(string)
		if slices.Contains(response.Diffs, key) {
			continue
		}
		response.Diffs = append(response.Diffs, key)
		if slices.Contains(clusterKeys, key) && anotherCluster(olds, news) {
			response.Replaces = append(response.Replaces, key)
		}
	}
	return response, nil
}

var clusterKeys = []string{"kubeconfig", "context", "clusterIdentifier"}

// anotherCluster tells whether the provider has to be replaced, and with it every object. Where the program names the
// cluster, only that name counts: a kubeconfig may move, and a server may get another address.
func anotherCluster(olds, news object) bool {
	if before, after := text(olds, "clusterIdentifier"), text(news, "clusterIdentifier"); before != "" && after != "" {
		return before != after
	}
	if contains[unknown](news["kubeconfig"]) || contains[unknown](news["context"]) {
		return true
	}
	servers := [2]string{}
	for i, config := range []object{plainObject(olds), plainObject(news)} {
		c, err := readKubeconfig(text(config, "kubeconfig"), text(config, "context"))
		if err != nil {
			return false // nothing to compare with; Configure says what is wrong
		}
		servers[i] = c.server.String()
	}
	return servers[0] != servers[1]
}

// Configure connects to the server and refuses any but the embedded control plane, before anything is read from it
// or written to it.
func (p *provider) Configure(
	_ context.Context, request *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	option := func(name, variable string) string {
		if value := request.GetVariables()["kubernetes:config:"+name]; value != "" || variable == "" {
			return value
		}
		return os.Getenv(variable)
	}
	if option("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS") == "true" {
		return nil, fmt.Errorf("upsertExistingObjects: %s", noUpsert)
	}
	if option("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE") == "true" {
		return nil, fmt.Errorf("enablePatchForce: the stand-in never takes fields from another manager")
	}
	c, err := readKubeconfig(option("kubeconfig", ""), option("context", ""))
	if err != nil {
		return nil, err
	}
	server := newAPI(c)
	if err := checkEmbedded(p.ctx, c, server); err != nil {
		return nil, err
	}
	p.server = server
	p.configMapsMutable = option("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE") == "true"
	p.secretsMutable = option("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE") == "true"
	for _, namespace := range []string{option("namespace", ""), c.namespace, "default"} {
		if p.defaultNamespace == "" {
			p.defaultNamespace = namespace
		}
	}
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true}, nil
}

// request is a resource as a call of the engine describes it.
type request struct {
	resource
	inputs object // as the engine gave them, with secret and unknown values
	wanted object // the same for the API server: no marks, the namespace settled
}

// read works out what a call is about. Namespaces are settled here: an object of a namespaced kind has one, a
// cluster-wide object none, whatever was written.
func (p *provider) read(urn, id string, properties *structpb.Struct) (request, error) {
	inputs, err := readProperties(properties)
	if err != nil {
		return request{}, fmt.Errorf("malformed inputs: %w", err)
	}
	wanted := plainObject(inputs)
	r, err := resourceOf(urn, id, wanted)
	if err != nil {
		return request{}, err
	}
	namespaced, err := p.namespaced(r.ref.kindRef)
	if err != nil {
		return request{}, err
	}
	wanted, metadata := withMetadata(wanted)
	_, later := metadata["namespace"].(unknown)
	switch {
	case !namespaced:
		r.ref.namespace = ""
		delete(metadata, "namespace")
	case !later:
		if r.ref.namespace == "" {
			r.ref.namespace = p.defaultNamespace
		}
		metadata["namespace"] = r.ref.namespace
	}
	if len(inputs) > 0 {
		wanted["apiVersion"], wanted["kind"] = r.ref.apiVersion(), r.ref.kind
	}
	return request{r, inputs, wanted}, nil
}

// namespaced tells the scope of a kind: as the server serves it, or as a CRD of this run will have it. A kind that
// nobody knows of counts as namespaced, until it is created.
func (p *provider) namespaced(kind kindRef) (bool, error) {
	if scope, planned := p.plannedKinds.Load(kind.group + "/" + kind.kind); planned {
		return scope == "Namespaced", nil
	}
	served, err := p.server.serve(p.ctx, kind)
	if isUnserved(err) {
		return true, nil
	}
	return served.namespaced, err
}

func isCRD(ref objectRef) bool {
	return ref.group == "apiextensions.k8s.io" && ref.kind == "CustomResourceDefinition"
}

// fail words an error about a resource: one line, with none of its secrets.
func (r request) fail(doing string, err error) error {
	return fmt.Errorf("%s %s: %s", doing, r.ref, redact(err.Error(), secretTexts(r.inputs)))
}

// warn shows what the server warned of, each text once for a resource.
func (p *provider) warn(r request, texts []string) {
	for _, text := range texts {
		text = redact(text, secretTexts(r.inputs))
		if _, already := p.warned.LoadOrStore(r.urn+"\n"+text, true); !already {
			p.host.log(pulumirpc.LogSeverity_WARNING, r.urn, "the API server warns: "+strings.TrimSpace(text))
		}
	}
}
