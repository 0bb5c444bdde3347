"""What Grafana and Prometheus load, and the code that writes it. Not part of the installed
product.
"""
