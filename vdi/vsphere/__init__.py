"""vCenter at work: sessions that survive expiry and restarts, tasks, paged inventory, bounded concurrency, retries.

Nothing here knows desktops or placement rules. ``connection.Connection`` talks, ``tasks.Tasks`` waits,
``inventory.read`` reads, ``machines.Machines`` changes; ``faults`` says what may be repeated.
"""
