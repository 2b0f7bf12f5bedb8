"""Write docs/rules/<id>.md from the rules' classes: ``python tools/rule_pages.py`` (a test checks that the pages are current)."""

# ruff: noqa: E501 - tables and texts read better on one line

from __future__ import annotations

from pathlib import Path

from network.policy.rules import Rule, all_rules

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"


def page(rule: Rule) -> str:
    """Return a rule's page."""
    lines = [
        f"# {rule.id}",
        "",
        f"{rule.title_ja} / {rule.title_en}",
        "",
        f"- 計画 / plan: {', '.join(rule.plan)}",
        f"- 重さ / severity: {rule.severity}",
        "",
        "## なぜ / Why",
        "",
        rule.why_ja,
        "",
        rule.why_en,
        "",
        "## どうする / What to do",
        "",
        rule.advice_ja,
        "",
        rule.advice_en,
        "",
    ]
    if rule.bad:
        lines += [
            "## 例 / Example",
            "",
            "Breaks the rule:",
            "",
            "```",
            rule.bad,
            "```",
            "",
            "Keeps it:",
            "",
            "```",
            rule.good,
            "```",
            "",
        ]
    lines += ["## 設定 / Parameters", "", f"In the policy file, below `rules: {{{rule.id}: …}}`:", ""]
    lines += [f"- `{name}`: {meaning}" for name, meaning in rule.parameters.items()]
    lines += [
        "- `enabled`: `false` switches the rule off / `false` で検査しない",
        "- `exceptions`: list of `{device, text, reason, expires}`; without reason and expiry it is an error itself / "
        "例外の一覧。理由と期限のないものは誤り",
        "",
    ]
    return "\n".join(lines)


def index() -> str:
    """Return the list of all rules."""
    rows = [
        f"| [{rule.id}]({rule.id}.md) | {', '.join(rule.plan)} | {rule.severity} | {rule.title_ja} / {rule.title_en} |"
        for rule in all_rules()
    ]
    return "\n".join(
        [
            "# 規則 / Rules",
            "",
            "Checked by `bunri verify` besides the separation itself.",
            "",
            "| id | plan | severity | rule |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def pages() -> dict[str, str]:
    """Return every page by file name."""
    return {"README.md": index(), **{f"{rule.id}.md": page(rule) for rule in all_rules()}}


def main() -> None:
    """Write the pages that changed and remove those of rules that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
