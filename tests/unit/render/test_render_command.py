"""``bunri render``: writes all or nothing, compares byte for byte, and says in two languages what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bunri.cli import main
from network.render.intended import stored, write

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = str(ROOT / "inventory/yasu")
Capture = pytest.CaptureFixture[str]
TODAY = ["--today", "2026-11-22"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("intended")
    assert main(["render", SAMPLE, "--out", str(folder), "--json", *TODAY]) == 0
    return folder


def test_check_of_equal_files_is_0(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", SAMPLE, "--check", "--out", str(written), *TODAY]) == 0
    assert "equal" in capsys.readouterr().out


def test_check_shows_a_changed_line_and_writes_nothing(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = stored(written)
    changed = files["configs/museum-sw1.cfg"].replace("no ip http server\n", "ip http server\n")
    write({**files, "configs/museum-sw1.cfg": changed}, tmp_path, before={}, remove=False)
    assert main(["render", SAMPLE, "--check", "--out", str(tmp_path), *TODAY]) == 1
    out, err = capsys.readouterr()
    assert "-ip http server" in out
    assert "+no ip http server" in out
    assert err.startswith("RND007")
    assert stored(tmp_path)["configs/museum-sw1.cfg"] == changed
    assert main(["render", SAMPLE, "--check", "--json", "--out", str(tmp_path), *TODAY]) == 1
    assert json.loads(capsys.readouterr().out)["changed"] == ["configs/museum-sw1.cfg"]


def test_a_file_that_is_no_longer_made_goes_away(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write({**stored(written), "configs/gone-sw1.cfg": "hostname gone-sw1\n"}, tmp_path, before={}, remove=False)
    assert main(["render", SAMPLE, "--out", str(tmp_path), "--json", *TODAY]) == 0
    assert json.loads(capsys.readouterr().out)["changed"] == ["configs/gone-sw1.cfg"]
    assert stored(tmp_path) == stored(written)


def test_one_device_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", SAMPLE, "--out", str(tmp_path), "--device", "museum-sw1", "--json", *TODAY]) == 0
    assert sorted(stored(tmp_path)) == ["bootstrap/museum-sw1.cfg", "configs/museum-sw1.cfg"]
    assert [row["device"] for row in json.loads(capsys.readouterr().out)["devices"]] == ["museum-sw1"]


def test_unknown_device_names_the_close_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", SAMPLE, "--out", str(tmp_path), "--device", "museum-sw", *TODAY]) == 2
    assert "museum-sw1" in capsys.readouterr().err
    assert stored(tmp_path) == {}


def test_nothing_is_replaced_when_one_file_cannot_be_written(written: Path, tmp_path: Path) -> None:
    from bunri.messages import BunriError

    files = stored(written)
    write(files, tmp_path, before={}, remove=False)
    # The last path in order stands where a folder would be needed.
    broken = {name: text + "!\n" for name, text in files.items()} | {"zz/x.cfg": "x"}
    (tmp_path / "zz").write_text("a file, not a folder")
    with pytest.raises(BunriError) as caught:
        write(broken, tmp_path, before=files, remove=True)
    assert caught.value.messages[0].id == "RND009"
    assert stored(tmp_path) == files
    assert not list(tmp_path.rglob("*.tmp"))
