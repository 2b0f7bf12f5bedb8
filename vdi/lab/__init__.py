"""Two simulated vCenters: a real vSphere API endpoint with the city's hosts, clusters, networks and machines.

What it proves and what only a real vCenter can: docs/vdi.md.
"""
