"""A control node in a process of its own, to be killed: ``python controller.py apply|resume TOWN.json [N]``.

With N the process sends itself SIGKILL at the Nth event, an event being a record of the journal (before and after it is
written) or text sent to a device (before and after it is sent). Without N it prints how many events there were, and
after how many the decision was on the disk.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netmiko.channel import SSHChannel

from bunri.change.approval import Roster
from bunri.change.files import Fingerprints
from bunri.change.journal import Journal
from bunri.messages import BunriError
from network.deploy import apply
from network.deploy.control import Control
from network.deploy.endpoint import Endpoint


class Executioner:
    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0
        self.decided = 0
        self._guard = threading.Lock()

    def tick(self) -> None:
        with self._guard:
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: type, name: str) -> None:
        plain = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.tick()
            value = plain(*args, **kwargs)
            if "decision" in args[2:3]:
                self.decided = self.count
            self.tick()
            return value

        setattr(owner, name, watched)


def main() -> int:
    work, file = sys.argv[1], Path(sys.argv[2])
    town = json.loads(file.read_text())
    runs = Path(town["runs"])
    endpoints = {
        name: Endpoint(
            name,
            host,
            town["port"],
            "cisco_ios",
            town["user"],
            town["password"],
            Path(town["known_hosts"]),
            enable=town["password"],
            timeout=30,
            time_scale=town["scale"],
        )
        for name, host in town["hosts"].items()
    }
    control = Control(runs, Path(town["intended"]), endpoints, Fingerprints(Path(town["key"])), town["secrets"])
    executioner = Executioner(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    executioner.around(Journal, "append")
    executioner.around(SSHChannel, "write_channel")
    try:
        if work == "apply":
            result = apply.apply_plan(control, Path(town["plan"]), None, Roster(), now=datetime.now(UTC), parallel=10)
        else:
            result = apply.resume(control, parallel=10)
    except BunriError as problem:
        print(json.dumps({"errors": [message.id for message in problem.messages], "text": str(problem)}))
        return 2
    print(json.dumps({**apply.as_json(result), "events": executioner.count, "decided": executioner.decided}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
