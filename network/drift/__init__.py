"""Is every device still what it should be? Collection, judgement, effect on the separation, remedy, replacement."""
