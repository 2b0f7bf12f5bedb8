"""Feature ``management``: how devices are reached, named, timed, logged and watched."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bunri.intent.base import Bool, Id, Int, Line, Model, Name, Prefix, SecretName, VlanId


class Account(Model):
    """A local account of the devices. The password hash is made from the vault value."""

    secret: SecretName
    privilege: Int = Field(ge=0, le=15)
    ja: Line


class Snmp(Model):
    """SNMPv3 with authentication and privacy (RFC 3414, RFC 7860)."""

    user: Id
    group: Id
    view: Id
    auth: Literal["sha", "sha256"]
    auth_secret: SecretName
    privacy: Literal["aes128", "aes256"]
    privacy_secret: SecretName
    hosts: tuple[Name, ...]
    location: Line
    contact: Line


class Banner(Model):
    """The login banner: ASCII, because a console may know nothing else; the Japanese text is for the documents."""

    lines: tuple[Line, ...]
    ja: Line


class Management(Model):
    """``management.yml``. Servers are names of ``servers.yml`` in the management zone."""

    domain: Line
    device_vlan: VlanId
    sources: tuple[Prefix, ...]
    """From where devices may be logged in to."""
    accounts: dict[Id, Account]
    enable_secret: SecretName
    ntp_servers: tuple[Name, ...]
    ntp_key_id: Int = Field(ge=1, le=65535)
    ntp_secret: SecretName
    syslog_servers: tuple[Name, ...]
    snmp: Snmp
    banner: Banner
    exec_timeout_minutes: Int = Field(default=10, ge=1, le=60)
    ssh_timeout_seconds: Int = Field(default=60, ge=1, le=120)
    ssh_retries: Int = Field(default=3, ge=1, le=5)
    ssh_modulus: Int = Field(default=3072, ge=2048, le=4096)
    archive_maximum: Int = Field(default=10, ge=1, le=14)
    scp: Bool = True
