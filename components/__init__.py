"""Owns the Pulumi components: rendered objects become resources, with parents, protection and order. Nothing else.

Must not import aerofleet.cli, authoring, reference, local, engine, live or analysis, or a Kubernetes client: what
happens before the first resource is `aerofleet.engine.prepare`, which `__main__.py` calls.

`aerofleet.manifests` decides the content of an object; a component never changes it. Children get ``parent=self`` and
their protection, never a copy of the component's own options.
"""
