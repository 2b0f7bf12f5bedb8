"""Write the rules into docs/placement.md: ``python tools/placement_page.py`` (a test checks that the page is current)."""

# ruff: noqa: E501 - tables and texts read better on one line

from __future__ import annotations

from pathlib import Path

from vdi.placement.rules import RULES, Rule

PAGE = Path(__file__).resolve().parent.parent / "docs" / "placement.md"
BEGIN, END = "<!-- rules: written by tools/placement_page.py -->\n", "<!-- end of rules -->\n"


def section(rule: type[Rule]) -> list[str]:
    """Return what the page says of one rule."""
    return [
        f"### {rule.id}",
        "",
        f"{rule.title_ja} / {rule.title_en}",
        "",
        rule.why_ja,
        "",
        rule.why_en,
        "",
        f"- 違反 / fails: `{rule.bad}`",
        f"- 適合 / holds: `{rule.good}`",
        "",
    ]


def rules_text() -> str:
    """Return the table of rules and a section for each."""
    lines = ["| id | plan | severity | rule |", "|---|---|---|---|"]
    lines += [
        f"| [{rule.id}](#{rule.id}) | {', '.join(rule.plan)} | {rule.severity} | {rule.title_ja} / {rule.title_en} |"
        for rule in RULES
    ]
    lines.append("")
    for rule in RULES:
        lines += section(rule)
    return "\n".join(lines)


def page(text: str) -> str:
    """Return ``text`` with the rules as they are now."""
    head, rest = text.split(BEGIN)
    return head + BEGIN + "\n" + rules_text() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
