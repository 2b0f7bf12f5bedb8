"""Action plugin ``bunri_radius``: the bundle of one RADIUS server, for the role ``radius`` to write. Thin."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from bunri.certificates.authority import Authority
from bunri.intent import load
from bunri.messages import BunriError
from network.radius.deployment import bundle
from network.radius.lab import lab_address
from network.radius.render import Place


class ActionModule(ActionBase):
    """Return ``files`` and ``trust`` as path → text. The result is secret: the role sets ``no_log``."""

    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset({"inventory", "server", "authority", "passphrase", "place", "lab"})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Build the bundle on the control node; nothing is written on the server here."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        now = datetime.now(UTC)
        try:
            city = load(Path(args["inventory"]), today=now.astimezone().date())
            authority = Authority.open(Path(args["authority"]), str(args["passphrase"]).encode())
            addresses = (
                {n: lab_address(str(d.management)) for n, d in city.devices.items()} if args.get("lab") else None
            )
            made = bundle(city, args["server"], authority, Place(**args["place"]), now, addresses)
        except BunriError as problem:
            return {**result, "failed": True, "msg": str(problem)}
        files = {
            **made.files,
            "certs/server.crt": made.certificate.decode(),
            "certs/server.key": made.key.decode(),
        }
        trust = {name: pem.decode() for name, pem in made.trust.items()}
        return {**result, "changed": False, "files": files, "trust": trust}
