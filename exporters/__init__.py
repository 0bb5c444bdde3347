"""Read the store, write a format. Exporters never fetch, parse or decide."""
