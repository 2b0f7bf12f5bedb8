"""pydantic's validation errors in the project's own words: which entry, which line, what to write instead."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from bunri.intent.base import Id, Mac, Name, SecretName, pattern
from bunri.intent.cabling import EndText
from bunri.intent.firewall import PortText
from bunri.messages import Message

if TYPE_CHECKING:
    from pydantic import ValidationError

    from bunri.intent.base import Key
    from bunri.intent.origins import Origins

_TYPES = {
    "int_type": "整数 / a whole number",
    "int_parsing": "整数 / a whole number",
    "int_from_float": "整数 / a whole number",
    "bool_type": "true または false / true or false",
    "bool_parsing": "true または false / true or false",
    "string_type": "文字列 / text",
    "list_type": "リスト / a list",
    "tuple_type": "リスト / a list",
    "dict_type": "「キー: 値」の組 / a mapping of keys to values",
    "mapping_type": "「キー: 値」の組 / a mapping of keys to values",
    "model_type": "「キー: 値」の組 / a mapping of keys to values",
    "ip_v4_address": "IPv4 アドレス / an IPv4 address",
    "ip_v4_network": "ホスト部が 0 の IPv4 プレフィックス / an IPv4 prefix without host bits",
    "ip_v4_interface": "長さ付き IPv4 アドレス / an IPv4 address with a prefix length",
    "date_type": "日付 / a date",
    "date_from_datetime_parsing": "日付 / a date",
    "date_parsing": "日付 / a date",
}
_FORMS = {
    pattern(kind): text
    for kind, text in (
        (Mac, "00-00-5E-00-53-01"),
        (Name, "小文字・数字・ハイフン（honcho-core1）/ lower case, digits, hyphens (honcho-core1)"),
        (Id, "英数字と . _ -（40文字まで）/ letters, digits and . _ - (up to 40)"),
        (SecretName, "vault.yml のキー（小文字・数字・_）/ a key of vault.yml (lower case, digits, _)"),
        (EndText, "機器:インターフェース / device:interface (honcho-core1:HundredGigE1/0/49)"),
        (PortText, "443 または / or 8443-8444"),
    )
}


def explain(
    failed: ValidationError, prefix: Key, origins: Origins, data: Any, *, secret: bool = False
) -> list[Message]:
    """Return one message for each error of ``failed``; ``data`` is what was validated under the key ``prefix``.

    With ``secret`` no value is quoted.
    """
    found: dict[tuple[str, str], Message] = {}
    for item in failed.errors(include_url=False, include_context=True, include_input=not secret):
        key, missing = _locate(item["loc"], data)
        where = origins.where((*prefix, *key))
        id_, params = _message(item, missing, secret=secret)
        # A union reports each of its branches: the place counts once.
        name = str(item["loc"][-1]) if id_ in {"INV030", "INV031"} else ""
        found.setdefault((where.key, name), Message(id_, where, params))
    return list(found.values())


def _locate(loc: tuple[int | str, ...], data: Any) -> tuple[Key, str]:
    """Return the part of ``loc`` that exists in ``data``, and the name of what is missing there."""
    key: list[int | str] = []
    here: Any = data
    for position, part in enumerate(loc):
        if part == "[key]":
            break
        inside = part in here if isinstance(here, dict) else isinstance(here, list) and part in range(len(here))
        if inside:
            here = here[part]
            key.append(part)
        elif isinstance(here, dict) and position == len(loc) - 1:
            return tuple(key), str(part)
    return tuple(key), ""


def _message(item: Any, missing: str, *, secret: bool) -> tuple[str, dict[str, object]]:
    kind = item["type"]
    context = item.get("ctx", {})
    value = "…" if secret else _short(item.get("input"))
    if kind == "extra_forbidden":
        name = str(item["loc"][-1])
        return "INV030", {"name": name}
    if kind == "missing":
        return "INV031", {"name": missing}
    if kind in _TYPES:
        quoted = value if secret else _short(repr(item.get("input")))
        return "INV032", {"value": quoted, "expected": _TYPES[kind]}
    if kind in {"literal_error", "enum"}:
        expected = str(context.get("expected", ""))
        near = get_close_matches(value, [part.strip(" '") for part in expected.replace(" or ", ",").split(",")], 1)
        return "INV033", {"value": value, "expected": expected.replace("'", "") + (f" ({near[0]}?)" if near else "")}
    if kind == "string_pattern_mismatch":
        form = str(context.get("pattern", ""))
        return "INV034", {"value": value, "pattern": _FORMS.get(form, form)}
    if kind in {"greater_than_equal", "less_than_equal", "greater_than", "less_than", "multiple_of"}:
        sign = {"greater_than_equal": "≥", "less_than_equal": "≤", "greater_than": ">", "less_than": "<"}.get(kind, "×")
        limit = next(iter(context.values()), "")
        return "INV035", {"value": value, "limit": f"{sign} {limit}"}
    if kind == "value_error":
        return "INV036", {"value": value, "reason": str(context.get("error", ""))}
    if kind in {"too_short", "too_long", "string_too_short", "string_too_long"}:
        limit = context.get("min_length", context.get("max_length", ""))
        return "INV037", {"limit": f"{'≥' if 'short' in kind else '≤'} {limit}"}
    return "INV036", {"value": value, "reason": item["msg"]}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
