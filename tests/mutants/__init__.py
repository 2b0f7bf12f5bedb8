"""Deliberate mistakes put into whole configurations: the verifier must find each, and must not mind harmless
rewrites.
"""
