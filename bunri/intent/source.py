"""Ansible's view of an inventory folder as plain values with the line of each.

Everything goes through ansible-core: its data loader (YAML and vault), its inventory and its variable manager with
their
precedence. ansible-core 2.19 tags each value with its origin; here the tags become one table of places, and the
values become
plain Python. Ansible is imported on first use, so that rooms which only want the models stay light.

Two things that Ansible allows are refused: a value with a template (the playbook would see something else than the
Python side), and a secret outside ``vault.yml``.
"""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bunri.intent.subjects import SUBJECTS
from bunri.messages import BunriError, Message, Where, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bunri.intent.base import Key

MAXIMUM_VALUES = 1_500_000
"""More values than this is no city but a YAML bomb: aliases of aliases that multiply."""
MAXIMUM_DEPTH = 40
PASSWORD_FILES = (".vault-password", ".vault-password-sample")
_DUPLICATES = "ANSIBLE_DUPLICATE_YAML_DICT_KEY"


@dataclass
class Raw:
    """Plain values: subjects by name, host variables by host, unknown names, problems, and where each value stands."""

    subjects: dict[str, Any] = field(default_factory=dict)
    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    problems: list[Message] = field(default_factory=list)
    places: dict[Key, tuple[str, int]] = field(default_factory=dict)


def read(root: Path, vault_password: SecretStr | str | None = None) -> Raw:
    """Return the values of the folder ``root`` as Ansible sees them. Raises ``BunriError`` for what Ansible refuses."""
    from ansible.errors import AnsibleError  # noqa: PLC0415
    from ansible.inventory.manager import InventoryManager  # noqa: PLC0415
    from ansible.parsing.dataloader import DataLoader  # noqa: PLC0415
    from ansible.parsing.vault import VaultSecret  # noqa: PLC0415
    from ansible.plugins.vars.host_group_vars import CANONICAL_PATHS, FOUND, NAK  # noqa: PLC0415
    from ansible.vars.manager import VariableManager  # noqa: PLC0415

    # Ansible remembers per process which variable files a folder has; an inventory that was edited must be seen anew.
    for memory in (CANONICAL_PATHS, FOUND, NAK):
        memory.clear()

    class OnceLoader(DataLoader):  # type: ignore[misc]
        """Parses each file once and hands out the same value: three inventory plugins would read hosts.yml in turn."""

        def load_from_file(self, file_name: str, **options: Any) -> Any:
            return super().load_from_file(file_name, **{**options, "cache": "all", "unsafe": True})

    loader = OnceLoader()
    loader.set_basedir(str(root))
    password = _password(root, vault_password)
    loader.set_vault_secrets([("default", VaultSecret(password.get_secret_value().encode()))])
    hosts_file = str(root / "hosts.yml")
    try:
        with _strict():
            # An inventory plugin only warns about a broken file: read it first, so that the reason is an error.
            loader.load_from_file(hosts_file)
            files = {path: loader.load_from_file(str(path)) for path in subject_files(root)}
            shapeless = [path for path, data in files.items() if not isinstance(data, dict)]
            if shapeless:
                where = [Where(file=_relative(root, str(path)), line=1) for path in shapeless]
                stems = [path.stem for path in shapeless]
                raise BunriError(
                    *(Message("INV012", at, {"stem": stem}) for at, stem in zip(where, stems, strict=True))
                )
            inventory = InventoryManager(loader=loader, sources=[hosts_file])
            if not inventory.hosts:
                raise error("INV007", Where(file="hosts.yml"))
            variables = VariableManager(loader=loader, inventory=inventory)
            first = inventory.hosts[min(inventory.hosts)]
            everything = variables.get_vars(host=first, include_hostvars=False)
            own = {name: host.vars for name, host in inventory.hosts.items()}
            if (root / "host_vars").is_dir():
                for name, host in inventory.hosts.items():
                    seen = variables.get_vars(host=host, include_hostvars=False)
                    extra = {key for path in _host_files(root, name) for key in loader.load_from_file(str(path)) or ()}
                    own[name] = {**own[name], **{key: seen[key] for key in extra}}
    except AnsibleError as failed:
        raise BunriError(_refused(failed, root)) from None
    except RecursionError:
        raise error("INV006", Where(file="group_vars/all"), limit=MAXIMUM_DEPTH) from None
    raw = Raw()
    walker = _Walker(root, raw)
    for group in inventory.groups.values():
        raw.problems += [
            Message("INV026", walker.place(name), {"name": str(name), "group": group.name})
            for name in group.vars
            if str(name) in SUBJECTS
        ]
    for path, data in files.items():
        for name in data:
            plain = str(name)
            if plain in SUBJECTS:
                if plain != path.stem:
                    raw.problems.append(Message("INV013", walker.place(name), {"name": plain, "stem": path.stem}))
                raw.subjects[plain] = walker.subject(name, everything[plain])
            elif not plain.startswith("ansible_"):
                walker.subject(name, None)
                raw.unknown.append(plain)
    for name, values in own.items():
        raw.hosts[str(name)] = walker.host(name, values)
    strange = [path for path in sorted((root / "host_vars").glob("*.yml")) if path.stem not in raw.hosts]
    raw.problems += [Message("INV024", Where(file=_relative(root, str(path))), {"name": path.stem}) for path in strange]
    return raw


def subject_files(root: Path) -> list[Path]:
    """Return the files of ``group_vars/all`` in the order in which Ansible reads them."""
    return sorted((root / "group_vars" / "all").glob("*.yml"))


def _host_files(root: Path, name: str) -> list[Path]:
    path = root / "host_vars" / f"{name}.yml"
    return [path] if path.is_file() else []


def _password(root: Path, given: SecretStr | str | None) -> SecretStr:
    if given is not None:
        return SecretStr(given) if isinstance(given, str) else given
    named = os.environ.get("ANSIBLE_VAULT_PASSWORD_FILE")
    for path in [Path(named).expanduser()] if named else [root / name for name in PASSWORD_FILES]:
        if path.is_file():
            return SecretStr(path.read_text(encoding="utf-8").strip())
    raise error("INV020", Where(file="group_vars/all/vault.yml"), files=" | ".join(PASSWORD_FILES))


@contextmanager
def _strict() -> Iterator[None]:
    """Make Ansible treat a key that stands twice as an error; it reads the setting each time it opens a file."""
    before = os.environ.get(_DUPLICATES)
    os.environ[_DUPLICATES] = "error"
    # Tens of thousands of small values that all stay: collecting garbage in between only costs time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        if before is None:
            del os.environ[_DUPLICATES]
        else:
            os.environ[_DUPLICATES] = before


def _relative(root: Path, path: str) -> str:
    try:
        return Path(path).relative_to(root).as_posix()
    except ValueError:
        return Path(path).name


def _refused(failed: Exception, root: Path) -> Message:
    """Turn an Ansible error into a message. Only its problem line is used: the rest may quote the file."""
    from ansible._internal._datatag._tags import Origin  # noqa: PLC0415
    from ansible.parsing.vault import AnsibleVaultError, AnsibleVaultFormatError  # noqa: PLC0415

    chain: list[BaseException] = []
    step: BaseException | None = failed
    while step is not None:
        chain.append(step)
        step = step.__cause__ or step.__context__
    if any(isinstance(item, AnsibleVaultFormatError) for item in chain):
        return Message("INV025", Where(file="group_vars/all/vault.yml"))
    if any(isinstance(item, AnsibleVaultError) for item in chain):
        return Message("INV005", Where(file="group_vars/all/vault.yml"))
    where = Where(file="hosts.yml")
    for item in chain:
        obj = getattr(item, "obj", None)
        origin = obj if isinstance(obj, Origin) else Origin.get_tag(obj)
        if origin is not None and origin.path:
            where = Where(file=_relative(root, origin.path), line=origin.line_num or 0)
            break
    text = " ".join(str(getattr(chain[0], "_original_message", chain[0])).split())
    for item in chain:
        problem = getattr(item, "problem", None)
        if problem:
            text = str(problem)
            break
    if "duplicate mapping key" in text:
        return Message("INV004", where, {"key": text.partition("key ")[2].rstrip(".")})
    return Message("INV003", where, {"problem": text})


class _Walker:
    """Turns tagged values into plain ones and notes the place of each; counts, so that a bomb ends in an error."""

    def __init__(self, root: Path, raw: Raw) -> None:
        from ansible._internal._datatag._tags import Origin  # noqa: PLC0415
        from ansible.module_utils._internal._datatag import AnsibleTagHelper  # noqa: PLC0415
        from ansible.parsing.vault import EncryptedString  # noqa: PLC0415

        self._get = Origin.get_tag
        self._native = AnsibleTagHelper.as_native_type
        self._encrypted = EncryptedString
        self._root = root
        self._raw = raw
        self._files: dict[str, str] = {}
        self._count = 0
        self._open: set[int] = set()

    def place(self, value: object) -> Where:
        """Return the place of a tagged value."""
        found = self._spot(value)
        return Where(file=found[0], line=found[1]) if found else Where()

    def subject(self, name: object, value: Any) -> Any:
        """Return a subject as plain values."""
        self._mark((str(name),), name)
        return self._walk(value, (str(name),))

    def host(self, name: object, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables of a host, without those that steer Ansible itself."""
        key: Key = ("hosts", str(name))
        self._mark(key, name)
        kept = {item: value for item, value in values.items() if not str(item).startswith(("ansible_", "inventory_"))}
        spots = [spot for item in kept if (spot := self._spot(item))]
        if key not in self._raw.places and spots:
            self._raw.places[key] = min(spots, key=lambda spot: spot[1])
        plain = self._walk(kept, key)
        return plain if isinstance(plain, dict) else {}

    def _spot(self, value: object) -> tuple[str, int] | None:
        origin = self._get(value)
        if origin is None or not origin.path:
            return None
        file = self._files.get(origin.path)
        if file is None:
            file = self._files[origin.path] = _relative(self._root, origin.path)
        return file, origin.line_num or 0

    def _mark(self, key: Key, value: object) -> None:
        spot = self._spot(value)
        if spot is not None:
            self._raw.places[key] = spot

    def _walk(self, value: Any, key: Key) -> Any:
        self._count += 1
        if self._count > MAXIMUM_VALUES:
            raise error("INV006", self._nearest(key), limit=MAXIMUM_VALUES)
        if isinstance(value, (dict, list)):
            if id(value) in self._open:
                raise error("INV011", self._nearest(key))
            if len(key) > MAXIMUM_DEPTH:
                raise error("INV006", self._nearest(key), limit=MAXIMUM_DEPTH)
            self._open.add(id(value))
            plain: Any
            if isinstance(value, dict):
                plain = {}
                for name, item in value.items():
                    own = self._native(name)
                    inner = (*key, own)
                    self._mark(inner, name)
                    plain[own] = self._walk(item, inner)
            else:
                plain = []
                for position, item in enumerate(value):
                    inner = (*key, position)
                    self._mark(inner, item)
                    plain.append(self._walk(item, inner))
            self._open.discard(id(value))
            return plain
        if isinstance(value, self._encrypted):
            self._raw.problems.append(Message("INV022", self._nearest(key)))
            return None
        native = self._native(value)
        if isinstance(native, str) and ("{{" in native or "{%" in native) and key[0] != "vault":
            self._raw.problems.append(Message("INV021", self._nearest(key), {"value": native}))
        return native

    def _nearest(self, key: Key) -> Where:
        from bunri.intent.origins import Origins  # noqa: PLC0415

        return Origins(self._raw.places).where(key)
