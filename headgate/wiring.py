"""Settings to adapters: the only place that names concrete adapters."""
