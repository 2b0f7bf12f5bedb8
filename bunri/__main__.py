"""``python -m bunri``: the same as the ``bunri`` command."""

import sys

from bunri.cli import main

sys.exit(main())
