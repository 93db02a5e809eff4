"""Pulumi components: rendered objects become resources, with parents, protection and order. Nothing else.

What an object says is decided in `aerofleet.manifests`; a component never changes one. Children get
``parent=self`` and what protects them, never a copy of the component's own options.
"""
