"""What a network does: broadcast domains, routes, forwarding, in every failure. Reads ``network.config.model``, nothing else."""
