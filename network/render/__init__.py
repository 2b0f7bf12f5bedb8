"""Rendering: device designs to vendor text, with the origin of every line. See :func:`network.render.engine.render`."""
