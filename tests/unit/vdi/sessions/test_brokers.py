"""Brokers against contract stubs: a Horizon server that refuses what is not published, an RDS module likewise."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bunri.certificates.authority import create
from bunri.messages import BunriError, error
from vdi.sessions.broker import Place, Session
from vdi.sessions.horizon import Horizon, Login, Push
from vdi.sessions.rds import Rds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HERE = Place("vd-001", dns="vd-001.yasu.example")


@dataclass
class Server:
    """What the stub holds, and what it was asked."""

    machines: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    page: int = 2
    base: str = ""
    ca: Path | None = None


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Stub(BaseHTTPRequestHandler):
        """Only the published paths, with their methods, bodies and the token; everything else is refused."""

        def log_message(self, *_args: object) -> None:
            pass

        def _answer(self, status: int, body: object = None, **headers: str) -> None:
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _handle(self, method: str) -> None:
            url = urlsplit(self.path)
            query = parse_qs(url.query)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            server.asked.append((method, self.path, body))
            if (method, url.path) == ("POST", "/rest/login"):
                if body != {"domain": "yasu", "username": "bunri", "password": "right"}:
                    self._answer(401)
                    return
                token = f"token{len(server.asked)}"
                server.tokens = {token}
                self._answer(200, {"access_token": token, "refresh_token": "r"})
                return
            if self.headers.get("Authorization", "").removeprefix("Bearer ") not in server.tokens:
                self._answer(401)
                return
            lists = {"/rest/inventory/v1/machines": server.machines, "/rest/inventory/v1/sessions": server.sessions}
            if method == "GET" and url.path in lists:
                page = int(query["page"][0])
                items = lists[url.path][(page - 1) * server.page : page * server.page]
                more = len(lists[url.path]) > page * server.page
                self._answer(200, items, HAS_MORE_RECORDS="TRUE" if more else "FALSE")
                return
            known = {item["id"] for item in server.machines}
            ids = {item["id"] for item in server.sessions}
            match method, url.path.removeprefix("/rest/inventory/v1"):
                case "POST", "/machines/action/enter-maintenance" | "/machines/action/exit-maintenance":
                    good = isinstance(body, list) and set(body) <= known
                case "POST", "/sessions/action/logoff":
                    good = isinstance(body, list) and set(body) <= ids and query.get("forced") in (["true"], ["false"])
                case "POST", "/sessions/action/send-message":
                    good = set(body) == {"message", "message_type", "session_ids"} and set(body["session_ids"]) <= ids
                case "POST", "/desktop-pools/pool-1/action/schedule-push-image":
                    good = {"parent_vm_id", "snapshot_id", "logoff_policy"} <= set(body)
                case _:
                    self._answer(404)
                    return
            self._answer(204 if good else 400)

        def do_GET(self) -> None:
            self._handle("GET")

        def do_POST(self) -> None:
            self._handle("POST")

    return Stub


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    folder = tmp_path_factory.mktemp("pem")
    now = datetime.now(UTC)
    authority = create(folder / "ca", "Laboratory", b"issuing-pass", b"root-pass", now)
    issued = authority.issue("server", "broker", ["127.0.0.1"], now, 30)
    (folder / "c.pem").write_bytes(issued.certificate + issued.chain)
    (folder / "k.pem").write_bytes(issued.key or b"")
    return folder / "ca" / "root" / "root.crt", folder / "c.pem", folder / "k.pem"


@pytest.fixture
def server(pem: tuple[Path, Path, Path]) -> Iterator[Server]:
    made = Server(ca=pem[0])
    made.machines = [{"id": f"m{n}", "name": f"vd-{n:03d}", "state": "AVAILABLE"} for n in range(1, 6)]
    made.sessions = [
        {"id": "s1", "machine_id": "m5", "user_id": "u", "session_state": "CONNECTED", "start_time": 1},
        {"id": "s2", "machine_id": "m2", "user_id": "u", "session_state": "DISCONNECTED", "start_time": 2},
        {"id": "s3", "machine_id": "m1", "user_id": "u", "session_state": "CONNECTED", "start_time": 3},
    ]
    web = ThreadingHTTPServer(("127.0.0.1", 0), handler(made))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem[1], pem[2])
    web.socket = context.wrap_socket(web.socket, server_side=True)
    threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    made.base = f"https://127.0.0.1:{web.server_port}"
    yield made
    web.shutdown()
    web.server_close()


def horizon(server: Server, *, password: str = "right", before: tuple[str, ...] = (), **more: Any) -> Horizon:
    return Horizon(Login((*before, server.base), "yasu", "bunri", password, server.ca, timeout=5), **more)


def test_sessions_are_found_on_every_page(server: Server) -> None:
    broker = horizon(server)
    assert [item.id for item in broker.sessions(HERE).sessions] == ["s3"]
    assert broker.sessions(Place("vd-003")).free
    assert broker.ready(HERE)


def test_what_horizon_does_not_know_is_unknown(server: Server) -> None:
    assert horizon(server).sessions(Place("vd-999")).unknown
    assert not horizon(server).ready(Place("vd-999"))
    server.sessions = [{"machine_id": "m1"}]
    found = horizon(server).sessions(HERE)
    assert found.unknown
    assert not found.free


def test_every_action_is_a_published_one(server: Server) -> None:
    broker = horizon(server, images={"i": Push("pool-1", "vm", "snapshot")})
    people = broker.sessions(HERE).sessions
    broker.drain(HERE, on=True)
    broker.notify(HERE, people, "お知らせ")
    broker.logoff(HERE, people, force=True)
    broker.drain(HERE, on=False)
    assert broker.push("i", [HERE]) == "pool-1:i"
    assert broker.push("other", [HERE]) is None
    with pytest.raises(BunriError) as caught:
        broker.logoff(HERE, [Session("not-there")], force=False)
    assert caught.value.messages[0].params["status"] == 400


def test_a_token_that_ran_out_is_renewed_once(server: Server) -> None:
    broker = horizon(server)
    assert broker.ready(HERE)
    server.tokens = set()
    assert broker.ready(HERE)
    assert sum(path == "/rest/login" for _method, path, _body in server.asked) == 2


def test_the_next_replica_is_asked_when_one_is_silent(server: Server) -> None:
    assert horizon(server, before=("https://127.0.0.1:1",)).sessions(HERE).sessions


def test_a_wrong_password_is_not_tried_on(server: Server) -> None:
    found = horizon(server, password="wrong").sessions(HERE)
    assert found.unknown == "SES002"
    assert len(server.asked) <= 2


def test_a_certificate_of_another_authority_is_refused(server: Server) -> None:
    broker = Horizon(Login((server.base,), "yasu", "bunri", "right", None, timeout=5))
    assert broker.sessions(HERE).unknown == "SES003"
    assert not server.asked
    assert "right" not in repr(broker)


@dataclass
class Module:
    """A stub of the RemoteDesktop module: knows only these cmdlets and parameters."""

    hosts: dict[str, str] = field(default_factory=lambda: {"inet-sbc1.yasu.example": "Yes"})
    people: list[dict[str, Any]] = field(default_factory=list)
    ran: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    down: bool = False

    def run(self, cmdlet: str, parameters: Mapping[str, object]) -> list[Mapping[str, Any]]:
        if self.down:
            raise error("SES003", broker="b", what=cmdlet, why="down")
        self.ran.append((cmdlet, dict(parameters)))
        wanted = {
            "Get-RDSessionHost": ({"CollectionName", "ConnectionBroker"}, set()),
            "Get-RDUserSession": ({"ConnectionBroker"}, set()),
            "Set-RDSessionHost": ({"SessionHost", "NewConnectionAllowed", "ConnectionBroker"}, set()),
            "Send-RDUserMessage": ({"HostServer", "UnifiedSessionID", "MessageTitle", "MessageBody"}, set()),
            "Invoke-RDUserLogoff": ({"HostServer", "UnifiedSessionID"}, {"Force"}),
        }
        needed, allowed = wanted[cmdlet]
        assert needed <= set(parameters) <= needed | allowed
        if cmdlet == "Get-RDSessionHost":
            return [{"SessionHost": name, "NewConnectionAllowed": state} for name, state in self.hosts.items()]
        if cmdlet == "Get-RDUserSession":
            return list(self.people)
        if cmdlet == "Set-RDSessionHost":
            self.hosts[str(parameters["SessionHost"])] = str(parameters["NewConnectionAllowed"])
        if cmdlet == "Invoke-RDUserLogoff":
            self.people = [item for item in self.people if item["UnifiedSessionId"] != parameters["UnifiedSessionID"]]
        return []


def test_rds_drains_tells_and_logs_off() -> None:
    module = Module(people=[{"HostServer": "inet-sbc1.yasu.example", "UnifiedSessionId": 7, "UserName": "x"}])
    broker, host = Rds("b.yasu.example", "sbc", module), Place("inet-sbc1", dns="inet-sbc1.yasu.example")
    assert broker.ready(host)
    broker.drain(host, on=True)
    assert not broker.ready(host)
    people = broker.sessions(host).sessions
    assert [item.id for item in people] == ["7"]
    broker.notify(host, people, "'; Stop-Computer; '")
    broker.logoff(host, people, force=True)
    assert module.ran[-1][1]["Force"] is None
    assert broker.sessions(host).free
    broker.drain(host, on=False)
    assert broker.ready(host)


def test_rds_unknown_is_not_empty() -> None:
    module = Module()
    broker = Rds("b", "sbc", module)
    assert broker.sessions(Place("inet-sbc9")).unknown
    module.people = [{"UnifiedSessionId": 1}]
    assert broker.sessions(Place("inet-sbc1")).unknown
    module.down = True
    assert broker.sessions(Place("inet-sbc1")).unknown == "SES003"
