"""Scripts that derive the packaged tables from public inputs."""
