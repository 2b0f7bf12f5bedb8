"""The network room: design, rendering, reading, analysis, policy, deployment and the virtual devices."""
