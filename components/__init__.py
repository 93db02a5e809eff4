"""Pulumi components: rendered objects become resources, with parents, protection and order. Nothing else.

`aerofleet.manifests` decides the content of an object; a component never changes it. Children get ``parent=self`` and
their protection, never a copy of the component's own options.
"""
