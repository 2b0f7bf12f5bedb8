"""``bunri certificate``: the authority's daily work from the command line."""

from __future__ import annotations

import getpass
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from bunri.certificates.ledger import WARNING_DAYS, Entry, Reason
from bunri.certificates.profiles import ProfileName
from bunri.change.files import write_atomic
from bunri.cli import Command

if TYPE_CHECKING:
    import argparse

    from bunri.certificates.authority import Authority

FOLDER = Path(os.environ.get("BUNRI_CA", ".ca"))
ISSUING = ("BUNRI_CA_PASSPHRASE", "発行局のパスフレーズ / passphrase of the issuing key")
ROOT = ("BUNRI_CA_ROOT_PASSPHRASE", "ルートのパスフレーズ / passphrase of the root key")
NEW_KEY = ("BUNRI_KEY_PASSPHRASE", "新しい鍵のパスフレーズ / passphrase of the new key")


def command() -> Command:
    """Return the command."""
    return Command(
        "認証局: 発行・更新・失効・期限の一覧",
        "the certificate authority: issue, renew, revoke, expiries",
        _fill,
        _run,
    )


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ca", type=Path, default=FOLDER, help="認証局のフォルダー / folder of the authority")
    jobs = parser.add_subparsers(dest="job", required=True, metavar="JOB")
    job = jobs.add_parser("init", help="新しい認証局 / a new authority")
    job.add_argument("organisation")
    job = jobs.add_parser("issue", help="発行 / issue")
    job.add_argument("profile", choices=get_args(ProfileName))
    job.add_argument("holder")
    job.add_argument("--name", action="append", default=[], help="DNS 名・アドレス・利用者 / DNS name, address, user")
    job.add_argument("--days", type=int, default=365)
    job.add_argument("--csr", type=Path, help="PKCS#10 (鍵は出さない) / PKCS #10 request: the key stays where it is")
    job.add_argument("--out", type=Path, default=Path(), help="書き出し先 / where to write certificate and key")
    job = jobs.add_parser("renew", help="更新 / renew")
    job.add_argument("serial")
    job.add_argument("--days", type=int, default=365)
    job.add_argument("--out", type=Path, default=Path())
    job = jobs.add_parser("revoke", help="失効 / revoke")
    job.add_argument("serial")
    job.add_argument("--reason", choices=get_args(Reason), default="key_compromise")
    jobs.add_parser("crl", help="失効一覧を作り直す / write a new revocation list")
    job = jobs.add_parser("import", help="他の認証局の証明書を取り込む / take in another authority's certificate")
    job.add_argument("profile", choices=get_args(ProfileName))
    job.add_argument("holder")
    job.add_argument("certificate", type=Path)
    job.add_argument("chain", type=Path)
    jobs.add_parser("list", help="台帳 / the ledger")
    job = jobs.add_parser("expiring", help="期限が近いもの / what ends soon")
    job.add_argument("--days", type=int, action="append", help="既定 30・60・90 / default 30, 60, 90")


def secret(variable: str, prompt: str) -> bytes:
    """Return a passphrase from the environment (how Ansible hands it over from the vault), or ask for it."""
    return (os.environ.get(variable) or getpass.getpass(f"{prompt}: ")).encode()


def _run(args: argparse.Namespace) -> int:
    # cryptography is loaded when a certificate is really wanted, not for --help.
    from bunri.certificates.authority import Authority, create  # noqa: PLC0415

    now = datetime.now(UTC)
    if args.job == "init":
        passphrase = secret(*ISSUING)
        root = secret(*ROOT)
        made = create(args.ca, args.organisation, passphrase, root, now)
        key = made.folder / "root" / "root.key"
        print(f"{made.folder}\n→ {key} を媒体に移して保管 / move it to a medium and lock it away")
        return 0
    authority = Authority.open(args.ca, secret(*ISSUING))
    if args.job == "expiring":
        return _expiring(authority, now, args)
    _show(_work(authority, now, args), as_json=args.json)
    return 0


def _work(authority: Authority, now: datetime, args: argparse.Namespace) -> list[Entry]:
    match args.job:
        case "issue":
            request = args.csr.read_bytes() if args.csr else None
            passphrase = None if request else secret(*NEW_KEY)
            issued = authority.issue(
                args.profile,
                args.holder,
                args.name or [args.holder],
                now,
                args.days,
                request=request,
                key_passphrase=passphrase,
            )
            write_atomic(args.out / f"{args.holder}.crt", issued.certificate + issued.chain)
            if issued.key:
                write_atomic(args.out / f"{args.holder}.key", issued.key, mode=0o600)
            return [issued.entry]
        case "renew":
            passphrase = secret(*NEW_KEY)
            issued = authority.renew(args.serial, now, args.days, key_passphrase=passphrase)
            write_atomic(args.out / f"{issued.entry.holder}.crt", issued.certificate + issued.chain)
            write_atomic(args.out / f"{issued.entry.holder}.key", issued.key or b"", mode=0o600)
            return [issued.entry]
        case "revoke":
            authority.revoke(args.serial, args.reason, now)
            return [authority.ledger.entry(args.serial)]
        case "crl":
            authority.write_crl(now)
            return list(authority.ledger.revoked())
        case "import":
            pem, chain = args.certificate.read_bytes(), args.chain.read_bytes()
            return [authority.import_external(pem, chain, args.profile, args.holder)]
        case _:
            return list(authority.ledger.entries)


def _expiring(authority: Authority, now: datetime, args: argparse.Namespace) -> int:
    warnings = authority.ledger.warnings(now, args.days or WARNING_DAYS)
    if args.json:
        rows = [{**w.entry.model_dump(mode="json"), "band": w.days, "days_left": w.left.days} for w in warnings]
        print(json.dumps(rows, ensure_ascii=False))
    for warn in [] if args.json else warnings:
        left = warn.left.days
        print(f"{warn.entry.holder}  {warn.entry.not_after:%Y-%m-%d}  あと {left} 日 / {left} days left")
    return 1 if warnings else 0


def _show(entries: list[Entry], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([entry.model_dump(mode="json") for entry in entries], ensure_ascii=False))
        return
    for entry in entries:
        state = f"失効 / revoked {entry.revoked_at:%Y-%m-%d}" if entry.revoked_at else ""
        print(f"{entry.serial}  {entry.profile:<8} {entry.holder:<40} {entry.not_after:%Y-%m-%d}  {state}".rstrip())
