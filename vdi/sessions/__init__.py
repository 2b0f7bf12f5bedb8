"""Who is logged in: brokers behind one interface. What is not known counts as occupied."""
