"""The command line itself: help, unknown commands, error form, exit codes."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import pytest

from bunri import cli
from bunri.messages import Where, error


def entry(monkeypatch: pytest.MonkeyPatch, run: object) -> None:
    command = cli.Command("試し", "a trial", lambda parser: parser.add_argument("--n", type=int), run)  # type: ignore[arg-type]

    class Entry:
        name, value = "trial", "x:y"

        def load(self) -> object:
            return lambda: command

    monkeypatch.setattr(cli, "entry_points", lambda group: [Entry()])


def test_the_overview_lists_every_command_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name in ("verify", "routes", "trace", "diff", "render", "plan", "lab"):
        assert f"  {name} " in shown


def test_an_unknown_command_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verfy"]) == 2
    assert "verify" in capsys.readouterr().err


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_exit_code_is_the_commands(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    entry(monkeypatch, lambda args: code)
    assert cli.main(["trial"]) == code


def test_an_error_goes_to_stderr_and_exits_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: argparse.Namespace) -> int:
        raise error("BNR001", Where(file="f"), path="p")

    entry(monkeypatch, run)
    assert cli.main(["trial"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("BNR001 f\n")
    assert cli.main(["trial", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["id"] == "BNR001"


def test_an_interrupt_is_not_a_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(args: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    entry(monkeypatch, run)
    assert cli.main(["trial"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_python_dash_m_is_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "bunri", "--help"], capture_output=True, text=True, check=True)
    assert "verify" in done.stdout
