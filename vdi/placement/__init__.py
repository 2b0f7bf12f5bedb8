"""Where servers and desktops stand: the plan's rules over the declared and the live placement, planner, corrections.

``model`` is the placement as one value, whether it was declared or read; ``rules`` judge it, ``packing`` re-places
machines when a host fails, ``planner`` proposes, ``changes`` carries an approved plan out. See docs/placement.md.
"""
