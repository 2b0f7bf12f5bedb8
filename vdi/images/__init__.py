"""Golden images: their history, how they are built, and how they replace desktops without interrupting anybody."""
