"""Broken, strange and unknown input: an answer or a clear error, and never a proof that rests on an unread line."""
