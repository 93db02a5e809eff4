package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// Keys beside the live object in a resource's state, as the official plugin has them.
const (
	inputsKey     = "__inputs"
	apiVersionKey = "__initialApiVersion"
	managerKey    = "__fieldManager"
)

// Check settles the namespace and refuses what can't be made, before anything is planned.
func (p *provider) Check(_ context.Context, call *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	r, err := p.read(call.GetUrn(), "", call.GetNews())
	if err != nil {
		return nil, err
	}
	if len(call.GetOlds().GetFields()) > 0 {
		p.seen.Store(r.urn, true)
	}
	response := &pulumirpc.CheckResponse{}
	if at(r.wanted, "metadata", "name") == nil {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{
			Property: "metadata.name", Reason: "the stand-in does not make up names: metadata.name is required",
		})
	}
	if isCRD(r.ref) {
		kind := text(r.wanted, "spec", "group") + "/" + text(r.wanted, "spec", "names", "kind")
		p.plannedKinds.Store(kind, text(r.wanted, "spec", "scope"))
	}
	checked := r.inputs
	_, open := r.inputs["metadata"].(object)
	if given := text(plainObject(r.inputs), "metadata", "namespace"); open && given != r.ref.namespace {
		var metadata object
		checked, metadata = withMetadata(r.inputs)
		metadata["namespace"] = at(r.wanted, "metadata", "namespace")
		if metadata["namespace"] == nil {
			delete(metadata, "namespace")
		}
	}
	if response.Inputs, err = writeProperties(markSecrets(checked, r.inputs)); err != nil {
		return nil, err
	}
	return response, nil
}

// Create makes the object, or, for a Patch resource, applies its fields. A server-side apply makes the object where it is
// not there: the official plugin does the same, and it is on the program to patch no object that does not exist. After
// an answer that was lost nobody looks for the object: the official plugin does not either.
func (p *provider) Create(ctx context.Context, call *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	r, err := p.read(call.GetUrn(), "", call.GetProperties())
	if err != nil {
		return nil, err
	}
	o := writeOptions{manager: r.fieldManager(), dryRun: call.GetPreview()}
	if o.dryRun {
		return p.previewCreate(r, o, call.GetProperties())
	}
	made, err := p.mutate(ctx, &o, func() (answer, error) {
		if r.patch {
			return p.server.apply(p.ctx, r.ref, r.wanted, o)
		}
		return p.whenServed(func() (answer, error) { return p.server.create(p.ctx, r.ref, r.wanted, o) })
	})
	if err != nil {
		return nil, r.fail("creating", err)
	}
	p.warn(r, made.warnings)
	live, err := p.ready(r, made.object, o, timeLimit(call.GetTimeout(), readyTime))
	if err != nil {
		return nil, initFailed(r.ref.id(), p.state(r, live, o.manager), r.fail("waiting for", err))
	}
	properties, err := writeProperties(p.state(r, live, o.manager))
	return &pulumirpc.CreateResponse{Id: r.ref.id(), Properties: properties}, err
}

// previewCreate asks the server what it would make. Where the server can't say, because a namespace or kind that this
// run may yet make is missing, the inputs are the best answer.
func (p *provider) previewCreate(
	r request, o writeOptions, inputs *structpb.Struct,
) (*pulumirpc.CreateResponse, error) {
	asGiven := &pulumirpc.CreateResponse{Properties: inputs}
	if contains[unknown](r.wanted) || r.patch { // the official plugin previews no Patch either
		return asGiven, nil
	}
	made, err := p.server.create(p.ctx, r.ref, r.wanted, o)
	_, replaced := p.seen.Load(r.urn)
	switch {
	case isUnserved(err), isMissingNamespace(err):
		return asGiven, nil
	case isAlreadyExists(err) && replaced:
		return asGiven, nil // the old object of a replacement, which goes first
	case err != nil:
		return nil, r.fail("creating", err)
	}
	p.warn(r, made.warnings)
	live := made.object
	delete(live, "status")
	if metadata, ok := live["metadata"].(object); ok {
		for _, field := range []string{"creationTimestamp", "managedFields", "resourceVersion", "uid"} {
			metadata[field] = unknown{} // those of a dry run are not those of the object
		}
	}
	properties, err := writeProperties(p.state(r, live, o.manager))
	return &pulumirpc.CreateResponse{Properties: properties}, err
}

// whenServed repeats a create that the server refused because the kind or the namespace is not there yet: a new CRD is
// served a moment after it is established. A refusal is certain, so repeating it can't make the object twice.
func (p *provider) whenServed(create func() (answer, error)) (answer, error) {
	wait := firstBackOff / 2
	for attempt := 1; ; attempt++ {
		made, err := create()
		if attempt == attempts || !(isUnserved(err) || isNotFound(err)) {
			return made, err
		}
		select {
		case <-time.After(wait):
			wait *= 2
		case <-p.ctx.Done():
			return made, err
		}
	}
}

func withUID(wanted, live object) object {
	result, metadata := withMetadata(wanted)
	metadata["uid"] = text(live, "metadata", "uid")
	return result
}

// Read returns the object as it is now, for a refresh or an import; an empty answer says that it is gone.
func (p *provider) Read(_ context.Context, call *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	r, err := p.read(call.GetUrn(), call.GetId(), call.GetInputs())
	if err != nil {
		return nil, err
	}
	live, err := p.server.get(p.ctx, r.ref)
	if isNotFound(err) || isUnserved(err) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, r.fail("reading", err)
	}
	old, err := readProperties(call.GetProperties())
	if err != nil {
		return nil, err
	}
	inputs := importable(live)
	if len(r.inputs) > 0 {
		inputs = pruneObject(live, r.wanted)
	}
	r.wanted = inputs
	response := &pulumirpc.ReadResponse{Id: r.ref.id()}
	if response.Properties, err = writeProperties(p.state(r, live, p.manager(r, old))); err != nil {
		return nil, err
	}
	response.Inputs, err = writeProperties(markSecrets(inputs, r.inputs))
	return response, err
}

// Update applies the new inputs, so that the server works out what changes.
func (p *provider) Update(ctx context.Context, call *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	r, err := p.read(call.GetUrn(), "", call.GetNews())
	if err != nil {
		return nil, err
	}
	old, err := readProperties(call.GetOlds())
	if err != nil {
		return nil, err
	}
	o := writeOptions{manager: p.manager(r, old), dryRun: call.GetPreview()}
	if o.dryRun && contains[unknown](r.wanted) {
		return &pulumirpc.UpdateResponse{Properties: call.GetNews()}, nil
	}
	change := func() (answer, error) { return p.change(r, o) }
	var changed answer
	if o.dryRun {
		if changed, err = change(); isUnserved(err) || isMissingNamespace(err) {
			return &pulumirpc.UpdateResponse{Properties: call.GetNews()}, nil
		}
	} else {
		changed, err = p.mutate(ctx, &o, change)
	}
	if err != nil {
		return nil, r.fail("updating", err)
	}
	p.warn(r, changed.warnings)
	live, err := p.ready(r, changed.object, o, timeLimit(call.GetTimeout(), readyTime))
	if err != nil {
		return nil, initFailed(r.ref.id(), p.state(r, live, o.manager), r.fail("waiting for", err))
	}
	properties, err := writeProperties(p.state(r, live, o.manager))
	return &pulumirpc.UpdateResponse{Properties: properties}, err
}

// change brings the live object to what is wanted.
func (p *provider) change(r request, o writeOptions) (answer, error) {
	live, err := p.server.get(p.ctx, r.ref)
	switch {
	case isNotFound(err):
		return answer{}, errors.New("the object is gone from the server; `pulumi refresh` takes note of that")
	case err != nil:
		return answer{}, err
	}
	return p.applyTo(r, live, o)
}

// applyTo sends the inputs to an object that is there: a CRD is replaced as a whole, as the official plugin does,
// everything else applied.
func (p *provider) applyTo(r request, live object, o writeOptions) (answer, error) {
	if isCRD(r.ref) && !r.patch {
		p.server.forget(text(r.wanted, "spec", "group"))
		body := withUID(r.wanted, live)
		body["metadata"].(object)["resourceVersion"] = text(live, "metadata", "resourceVersion")
		return p.server.replace(p.ctx, r.ref, body, o)
	}
	if !o.dryRun {
		taken, err := p.server.takeRecord(p.ctx, r.ref, live, o)
		if err != nil {
			return answer{}, err
		}
		live = taken
	}
	body := withUID(r.wanted, live)
	applied, err := p.server.apply(p.ctx, r.ref, body, o)
	var refused *refusal
	if o.dryRun && errors.As(err, &refused) && refused.ownConflict(o.manager) {
		// The real update rewrites its own record first, which a dry run can't; nobody else is overruled by this.
		o.force = true
		applied, err = p.server.apply(p.ctx, r.ref, body, o)
	}
	return applied, err
}

// Delete removes the object and waits until it is gone, or, for a Patch resource, gives its fields up.
func (p *provider) Delete(ctx context.Context, call *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	old, err := readProperties(call.GetProperties())
	if err != nil {
		return nil, err
	}
	inputs, err := writeProperties(inputsOf(old, nil))
	if err != nil {
		return nil, err
	}
	r, err := p.read(call.GetUrn(), call.GetId(), inputs)
	if err != nil {
		return nil, err
	}
	o := writeOptions{manager: p.manager(r, old)}
	deleted, err := p.mutate(ctx, &o, func() (answer, error) {
		if r.patch {
			return answer{}, p.relinquish(r, o)
		}
		live, err := p.server.delete(p.ctx, r.ref, writeOptions{dryRun: o.dryRun})
		return answer{object: live}, err
	})
	if isNotFound(err) || isUnserved(err) {
		return &emptypb.Empty{}, nil
	}
	if err == nil && deleted.object != nil && !o.dryRun {
		err = p.server.awaitGone(p.ctx, r.ref, deleted.object, timeLimit(call.GetTimeout(), deletionTime))
	}
	if err != nil {
		return nil, r.fail("deleting", err)
	}
	if isCRD(r.ref) {
		p.server.forget(text(r.wanted, "spec", "group"))
	}
	return &emptypb.Empty{}, nil
}

// relinquish gives up a Patch resource's fields by applying none: the server removes those that nobody else owns. Where
// the object is gone this makes an empty one, as it does with the official plugin.
func (p *provider) relinquish(r request, o writeOptions) error {
	metadata := object{"name": r.ref.name}
	if r.ref.namespace != "" {
		metadata["namespace"] = r.ref.namespace
	}
	none := object{"apiVersion": r.ref.apiVersion(), "kind": r.ref.kind, "metadata": metadata}
	_, err := p.server.apply(p.ctx, r.ref, none, o)
	var refused *refusal
	if errors.As(err, &refused) && refused.code == http.StatusUnprocessableEntity {
		for _, cause := range refused.causes {
			if cause.reason == "FieldValueRequired" {
				return fmt.Errorf("this Patch holds the required field %s and can't be taken back: let another manager "+
					"own the field first, or set retainOnDelete", cause.field)
			}
		}
	}
	return err
}

// mutate runs one operation that writes, past the points at which a test can have it die.
func (p *provider) mutate(ctx context.Context, o *writeOptions, write func() (answer, error)) (answer, error) {
	operation := p.fault.begin(ctx)
	o.dryRun = p.fault.noWrite
	p.fault.at(beforeRequest, operation)
	result, err := write()
	if err == nil {
		p.fault.at(afterWrite, operation)
	}
	return result, err
}

// ready waits for a written object where others rely on it.
func (p *provider) ready(r request, live object, o writeOptions, limit time.Duration) (object, error) {
	if o.dryRun || r.patch {
		return live, nil
	}
	live, err := p.server.awaitReady(p.ctx, r.ref, live, limit)
	if isCRD(r.ref) {
		p.server.forget(text(r.wanted, "spec", "group"))
	}
	return live, err
}

// manager is the field manager that a resource began with, or its own where the state names none.
func (p *provider) manager(r request, old object) string {
	if manager := text(old, managerKey); manager != "" {
		return manager
	}
	return r.fieldManager()
}

// state is what the engine keeps of a resource: the live object, and beside it the inputs that led to it.
func (p *provider) state(r request, live object, manager string) object {
	state := markSecrets(live, r.inputs)
	if hasSecretInList(r.inputs) {
		if metadata, ok := state["metadata"].(object); ok {
			delete(metadata, "managedFields")
		}
	}
	state[inputsKey] = markSecrets(r.wanted, r.inputs)
	state[apiVersionKey] = r.ref.apiVersion()
	state[managerKey] = manager
	return state
}

// inputsOf and liveOf take a resource's state apart. given are the inputs as the engine keeps them itself.
func inputsOf(state, given object) object {
	if inputs, ok := state[inputsKey].(object); ok {
		return inputs
	}
	return given
}

func liveOf(state object) object {
	live := object{}
	for key, value := range plainObject(state) {
		switch key {
		case inputsKey, apiVersionKey, managerKey:
		default:
			live[key] = value
		}
	}
	return live
}

// initFailed tells the engine that the object is there and something about it is not done: it keeps the state, shows
// the error and updates the resource the next time.
func initFailed(id string, state object, failure error) error {
	properties, err := writeProperties(state)
	if err != nil {
		return err
	}
	detailed, err := status.New(codes.Unknown, failure.Error()).WithDetails(&pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: properties, Reasons: []string{failure.Error()},
	})
	if err != nil {
		return err
	}
	return detailed.Err()
}
