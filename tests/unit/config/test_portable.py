"""The verifier runs under plain Windows Python: no POSIX-only module or call, nothing of the renderer, no Ansible."""

# ruff: noqa: E501 - tables and texts read better on one line

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = sorted(path for room in ("config", "analysis", "policy") for path in (ROOT / "network" / room).rglob("*.py"))
MODULES = {
    "fcntl",
    "pwd",
    "grp",
    "resource",
    "termios",
    "tty",
    "pty",
    "syslog",
    "crypt",
    "spwd",
    "posix",
    "nis",
    "ansible",
    "napalm",
    "netmiko",
}
ROOMS = ("bunri.intent", "bunri.change", "network.design", "network.render", "network.deploy", "network.lab", "vdi")
CALLS = {
    "os": {"fork", "forkpty", "getuid", "geteuid", "getgid", "setuid", "chown", "mkfifo", "getloadavg", "sched_getaffinity", "kill", "killpg",
           "setsid", "nice", "uname", "wait", "waitpid", "symlink", "link"},
    "signal": {"SIGALRM", "alarm", "setitimer", "SIGUSR1", "SIGUSR2", "SIGHUP", "SIGKILL"},
}  # fmt: skip


def guarded(tree):
    """Names that the file asks for with ``hasattr`` before it uses them."""
    return {
        node.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "hasattr"
        and isinstance(node.args[1], ast.Constant)
    }


def linux_only(tree):
    """Nodes below ``if sys.platform == "linux":``, where Linux's own ways may be used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "sys.platform == 'linux'":
            for statement in node.body:
                yield from ast.walk(statement)


def problems(tree):
    asked = guarded(tree)
    allowed = set(linux_only(tree))
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name.split(".")[0] in MODULES or name.startswith(ROOMS):
                yield node.lineno, name
            first, _, last = name.rpartition(".")
            if last in CALLS.get(first, ()):
                yield node.lineno, name
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.attr in CALLS.get(node.value.id, ())
            and node.attr not in asked
        ):
            yield node.lineno, f"{node.value.id}.{node.attr}"
        if isinstance(node, ast.Constant) and node.value in {"fork", "forkserver"} and node not in allowed:
            yield node.lineno, f"start method {node.value}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_posix_only_and_no_renderer(path):
    assert list(problems(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "text",
    ["import fcntl", "from os import fork", "import os\nos.fork()", "from network.render import x", "from network import render", "import ansible.parsing",
     "def f():\n    import pwd", "import signal\nsignal.alarm(1)", "get_context('fork')",
     "if sys.platform == 'linux':\n    pass\nelse:\n    get_context('fork')"],
)  # fmt: skip
def test_the_check_sees_them(text):
    assert list(problems(ast.parse(text)))
