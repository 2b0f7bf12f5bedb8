"""Reading an inventory folder: guard, ansible-core, models, cross-checks; all errors at once or one :class:`City`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from bunri.intent import checks
from bunri.intent.cabling import Device, natural
from bunri.intent.city import City
from bunri.intent.guard import inspect
from bunri.intent.origins import Origins
from bunri.intent.source import Raw, read
from bunri.intent.subjects import SUBJECTS, VAULT, adapter
from bunri.intent.wording import explain
from bunri.messages import BunriError, Message, Where

if TYPE_CHECKING:
    from datetime import date


def load(inventory: Path | str, *, today: date, vault_password: SecretStr | str | None = None) -> City:
    """Return the city of an inventory folder, or raise :class:`~bunri.messages.BunriError` with every error found.

    ``today`` decides what has expired. ``vault_password`` opens ``vault.yml``; without it the file named by
    ``ANSIBLE_VAULT_PASSWORD_FILE``, ``.vault-password`` or ``.vault-password-sample`` in the folder is used. Nothing
    is written.
    """
    root = Path(inventory).resolve()
    problems = inspect(root)
    if problems:
        raise BunriError(*problems)
    raw = read(root, vault_password)
    city, problems = build(raw, root, today)
    if city is not None:
        problems += checks.run(city)
    if problems or city is None:
        raise BunriError(*problems)
    return city


def build(raw: Raw, root: Path, today: date) -> tuple[City | None, list[Message]]:
    """Turn plain values into models. The city is None when any value does not fit its model."""
    origins = Origins(raw.places)
    problems = list(raw.problems)
    values: dict[str, Any] = {}
    for subject in SUBJECTS:
        if subject not in raw.subjects:
            problems.append(Message("INV008", Where(file=f"group_vars/all/{subject}.yml"), {"subject": subject}))
            continue
        try:
            values[subject] = adapter(subject).validate_python(raw.subjects[subject])
        except ValidationError as failed:
            problems += explain(failed, (subject,), origins, raw.subjects[subject], secret=subject == VAULT)
    problems += [
        Message("INV009", origins.where((name,)), {"name": name, "known": ", ".join(sorted(SUBJECTS))})
        for name in raw.unknown
    ]
    devices: dict[str, Device] = {}
    for name in sorted(raw.hosts, key=natural):
        try:
            devices[name] = Device.model_validate({"name": name, **raw.hosts[name]})
        except ValidationError as failed:
            problems += explain(failed, ("hosts", name), origins, raw.hosts[name])
    if problems:
        return None, problems
    secrets = values.pop(VAULT)
    return City(root=root, today=today, devices=devices, secrets=secrets, origins=origins, **values), []
