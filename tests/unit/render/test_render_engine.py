"""Templates: what is wrong in one is named with line and device; rendered lines know their origin."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunri.messages import BunriError
from network.design import DeviceDesign
from network.render.engine import render

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def one(designs: dict[str, DeviceDesign]) -> dict[str, DeviceDesign]:
    return {"museum-sw1": designs["museum-sw1"]}


def templates(tmp_path: Path, main: str, **partials: str) -> Path:
    folder = tmp_path / "cisco_ios"
    folder.mkdir()
    (folder / "main.j2").write_text(main, encoding="utf-8")
    (folder / "bootstrap.j2").write_text("end\n", encoding="utf-8")
    for name, text in partials.items():
        (folder / f"{name}.j2").write_text(text, encoding="utf-8")
    return tmp_path


CASES = [
    (
        "undefined attribute",
        "hostname x\nlocation {{ d.identity.planet }}\n",
        "RND001 templates/cisco_ios/main.j2:2 museum-sw1\n"
        "  テンプレートが、設計にない値を使っています: "
        "'network.design.model.Identity object' has no attribute 'planet'",
    ),
    (
        "undefined name",
        "hostname {{ hostnam }}\n",
        "RND001 templates/cisco_ios/main.j2:1 museum-sw1\n"
        "  テンプレートが、設計にない値を使っています: 'hostnam' is undefined",
    ),
    (
        "undefined attribute inside a macro, after a block comment",
        "{#- one\n two -#}\n{% macro f(x) %}\n{% if x %}\n\nname {{ x.nam }}\n{% endif %}\n{% endmacro %}\n"
        "{% emit f(d) %}\n",
        "RND001 templates/cisco_ios/main.j2:6 museum-sw1\n",
    ),
    (
        "syntax",
        "hostname x\n{% for i in d.interfaces %}\n{{ i.name }}\n",
        "RND002 templates/cisco_ios/main.j2:3 museum-sw1\n",
    ),
    (
        "unknown tag",
        "hostname x\n{% whatever %}\n",
        "RND002 templates/cisco_ios/main.j2:2 museum-sw1\n",
    ),
    (
        "failing expression",
        "hostname x\n!\nnumber {{ 1 // 0 }}\n",
        "RND003 templates/cisco_ios/main.j2:3 museum-sw1\n  テンプレートの処理中に失敗しました(ZeroDivisionError)",
    ),
    (
        "two lines in one",
        "hostname {% if d.routing %}x{% endif %}\nend\n",
        "RND011 templates/cisco_ios/main.j2:1 museum-sw1\n",
    ),
]


@pytest.mark.parametrize(("main", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_exact_message(main: str, message: str, tmp_path: Path, one: dict[str, DeviceDesign]) -> None:
    with pytest.raises(BunriError) as caught:
        render(one, folder=templates(tmp_path, main))
    assert str(caught.value).startswith(message)
    assert caught.value.exit_code == 2


def test_lines_know_template_line_and_inventory_entry(tmp_path: Path, one: dict[str, DeviceDesign]) -> None:
    main = (
        '{#- head\n-#}\n{% import "cisco_ios/part.j2" as part %}\nhostname {{ d.name }}\n'
        "{% for i in d.interfaces %}\n{% set origin = i.origin %}\n{% if loop.first %}\n"
        "interface {{ i.name }}\n{% emit part.body(i) %}\n{% endif %}\n{% endfor %}\nend\n"
    )
    part = "{# nothing here #}\n{% macro body(i) %}\n{% set origin = i.origin %}\n vrf {{ i.vrf }}\n{% endmacro %}\n"
    result = render(one, folder=templates(tmp_path, main, part=part))
    assert result.configs["museum-sw1"] == "hostname museum-sw1\ninterface Loopback0\n vrf mgmt\nend\n"
    found = [result.origins.of("museum-sw1", number) for number in (1, 2, 3, 4)]
    assert [(line.template, line.template_line) for line in found] == [
        ("cisco_ios/main.j2", 4),
        ("cisco_ios/main.j2", 8),
        ("cisco_ios/part.j2", 4),
        ("cisco_ios/main.j2", 12),
    ]
    assert [bool(line.inventory) for line in found] == [False, True, True, False]
    assert found[1].inventory == found[2].inventory
    assert found[1].inventory.startswith("hosts.yml:")
