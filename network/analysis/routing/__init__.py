"""Routing tables: connected, static, OSPF, BGP, and what passes between them."""
