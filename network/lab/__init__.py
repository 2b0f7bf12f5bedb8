"""Virtual devices: what a city's switches, routers and firewalls answer over SSH, simulated in one process.

Nothing here imports ``network/config`` or hier_config: a test in which the device and the product share their
reading of
a command line would prove nothing.
"""
