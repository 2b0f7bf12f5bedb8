"""A journal that is torn, altered or full, and a lock whose owner died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from bunri.change.journal import Journal, read
from bunri.change.lock import exclusive, holder
from bunri.messages import BunriError


def ids(problem: BunriError) -> list[str]:
    return [message.id for message in problem.messages]


def filled(path: Path, count: int = 5) -> bytes:
    journal = Journal(path)
    for number in range(count):
        journal.append("r", "step", f"t{number}", step="commit", phase="start")
    journal.close()
    return path.read_bytes()


def test_every_length_of_a_torn_file_is_read_and_can_go_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = filled(path)
    ends = [i + 1 for i, byte in enumerate(whole) if byte == 10]
    for cut in range(0, len(whole) + 1, 7):
        path.write_bytes(whole[:cut])
        journal = Journal(path)
        good = sum(end <= cut for end in ends)
        assert len(journal.records) == good
        assert (journal.torn is not None) == (cut not in (0, *ends))
        journal.append("r", "end", result="confirmed")
        journal.close()
        assert len(read(path)) == good + 1


def test_zeros_where_a_block_was_lost(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = filled(path)
    path.write_bytes(whole + b"\0" * 512)
    journal = Journal(path)
    assert len(journal.records) == 5
    assert journal.torn is not None


@pytest.mark.parametrize("line", [0, 1, 2, 3])
@pytest.mark.parametrize("how", ["change", "remove", "swap"])
def test_an_altered_journal_stops_all_work(tmp_path: Path, line: int, how: str) -> None:
    path = tmp_path / "journal.jsonl"
    lines = filled(path).splitlines(keepends=True)
    if how == "change":
        lines[line] = lines[line].replace(b'"commit"', b'"cheat!"')
    elif how == "remove":
        del lines[line]
    else:
        lines[line], lines[line + 1] = lines[line + 1], lines[line]
    path.write_bytes(b"".join(lines))
    if how == "remove" and line == 3:
        assert len(read(path)) == 3
        return
    with pytest.raises(BunriError) as problem:
        Journal(path)
    assert ids(problem.value) == ["CHG012"]


def test_many_threads_write_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    threads = [
        threading.Thread(target=lambda: [journal.append("r", "step", step="a", phase="start") for _ in range(20)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.n for record in read(path)] == list(range(1, 161))


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """A real limit of the kernel (RLIMIT_FSIZE), not a simulated one."""
    script = textwrap.dedent(f"""
        import resource, signal
        from pathlib import Path
        from bunri.change.journal import Journal
        from bunri.messages import BunriError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        journal = Journal(Path({str(tmp_path / "journal.jsonl")!r}))
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        try:
            for _ in range(100):
                journal.append("r", "step", step="a", phase="start")
        except BunriError as problem:
            print(problem.messages[0].id, len(journal.records))
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    id_, count = done.stdout.split()
    assert id_ == "CHG013"
    assert len(read(tmp_path / "journal.jsonl")) == int(count) > 0


def test_two_operators(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock", "first") as stale:
        assert stale is None
        with pytest.raises(BunriError) as problem, exclusive(tmp_path / "lock", "second"):
            pass
        message = problem.value.messages[0]
        assert message.id == "CHG010"
        assert message.params["work"] == "first"
        assert message.params["pid"] == os.getpid()
        owner = holder(tmp_path / "lock")
        assert owner is not None
        assert owner.work == "first"
    assert holder(tmp_path / "lock") is None
    with exclusive(tmp_path / "lock", "third") as stale:
        assert stale is None


def test_a_killed_owner_leaves_no_lock_but_is_mentioned(tmp_path: Path) -> None:
    script = f"""
import time
from pathlib import Path
from bunri.change.lock import exclusive
with exclusive(Path({str(tmp_path / "lock")!r}), "夜間作業"):
    print("held", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(BunriError), exclusive(tmp_path / "lock", "mine"):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.05)
    with exclusive(tmp_path / "lock", "mine") as stale:
        assert stale is not None
        assert stale.id == "CHG017"
        assert stale.params["work"] == "夜間作業"
