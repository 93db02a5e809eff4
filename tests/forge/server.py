"""A forge for tests: an HTTP server with the comments of one change request, and answers that a test scripts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

BOT, SOMEBODY = "github-actions[bot]", "somebody"
ACCOUNTS = {BOT: 41, SOMEBODY: 42}
TOKEN = "ghs_canary7f3e"


@dataclass
class Scripted:
    """An answer to the next call that matches. ``does_it``: the call is carried out, although the answer is an error;
    ``removes_all``: somebody has deleted all comments meanwhile.
    """

    call: str
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    does_it: bool = False
    removes_all: bool = False


@dataclass
class State:
    """``comments``: id → (author, body). ``statuses``: of commits, with ``commit``; ``checks``: answers to external
    status checks. ``may_set``: the token may set statuses; ``pipeline``: of a merge request.
    ``calls``: ``METHOD /path``, in order. ``issues``: number → author, title, body, label, is_open.
    """

    head: str
    number: int = 12
    branch: str = "change"
    fork: str = "contributor/fleet"
    target: str = "main"
    is_open: bool = True
    may_write: bool = True
    comments: dict[int, tuple[str, str]] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    may_set: bool = True
    pipeline: dict[str, Any] | None = None
    calls: list[str] = field(default_factory=list)
    scripted: list[Scripted] = field(default_factory=list)
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    next_id: int = 100
    page: int = 100

    def bodies(self, author: str = BOT) -> list[str]:
        return [body for who, body in self.comments.values() if who == author]

    def add_issue(self, title: str, body: str, label: str, author: str = BOT) -> int:
        self.next_id += 1
        self.issues[self.next_id] = {"author": author, "title": title, "body": body, "label": label, "is_open": True}
        return self.next_id

    def open_issues(self, label: str) -> list[int]:
        return [number for number, one in self.issues.items() if one["is_open"] and one["label"] == label]

    def add(self, body: str, author: str = BOT) -> int:
        self.next_id += 1
        self.comments[self.next_id] = (author, body)
        return self.next_id


class Forge(BaseHTTPRequestHandler):
    state: ClassVar[State]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Print nothing."""

    def _any(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        data = json.loads(self.rfile.read(length)) if length else {}
        parts = urlsplit(self.path)
        call = f"{self.command} {parts.path}"
        self.state.calls.append(call)
        scripted = next((one for one in self.state.scripted if re.search(one.call, call)), None)
        if scripted:
            self.state.scripted.remove(scripted)
            if scripted.removes_all:
                self.state.comments.clear()
            if scripted.does_it:
                self._carried_out(parts.path, parse_qs(parts.query), data)
            self._send(scripted.status, scripted.body, scripted.headers)
            return
        self._send(*self._carried_out(parts.path, parse_qs(parts.query), data))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815

    def _send(self, status: int, body: Any, headers: dict[str, str]) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(0 if status == 204 else len(content)))
        self.end_headers()
        if status != 204:
            self.wfile.write(content)

    def _carried_out(
        self, path: str, query: dict[str, list[str]], data: dict[str, Any]
    ) -> tuple[int, Any, dict[str, str]]:
        raise NotImplementedError

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"  # type: ignore[index]

    def _paged(self, items: list[Any], query: dict[str, list[str]]) -> tuple[list[Any], dict[str, str]]:
        number = int(query.get("page", ["1"])[0])
        part = items[(number - 1) * self.state.page : number * self.state.page]
        if number * self.state.page >= len(items):
            return part, {}
        following = f"{self._url}{urlsplit(self.path).path}?page={number + 1}"
        return part, {"Link": f'<{following}>; rel="next"', "X-Next-Page": str(number + 1)}


class GitHubServer(Forge):
    def _carried_out(
        self, path: str, query: dict[str, list[str]], data: dict[str, Any]
    ) -> tuple[int, Any, dict[str, str]]:
        state, root = self.state, "/repos/platform/fleet"
        if self.headers.get("authorization") not in (f"token {TOKEN}", f"Bearer {TOKEN}"):
            return 401, {"message": "Bad credentials"}, {}
        if path == "/graphql":
            return 200, {"data": {"viewer": {"login": BOT}}}, {}
        if path == root:
            return 200, {"full_name": "platform/fleet", "default_branch": "main", "url": self._url + root}, {}
        if path == f"{root}/pulls":
            asked = query["head"] == [f"{state.fork.split('/')[0]}:{state.branch}"] and query["state"] == ["open"]
            return 200, [self._pull()] if asked and state.is_open else [], {}
        if path == f"{root}/pulls/{state.number}":
            return 200, self._pull(), {}
        if self.command != "GET" and not state.may_write:
            return 403, {"message": "Resource not accessible by integration"}, {}
        if path.startswith(f"{root}/statuses/"):
            return self._status(path, data)
        if path == f"{root}/issues/{state.number}/comments":
            if self.command == "POST":
                return 201, self._comment(state.add(data["body"])), {}
            part, headers = self._paged([self._comment(one) for one in state.comments], query)
            return 200, part, headers
        if re.fullmatch(f"{root}/issues(/\\d+)?", path):
            return self._issues(path, query, data)
        one = re.fullmatch(f"{root}/issues/comments/(\\d+)", path)
        if one and int(one[1]) in state.comments:
            if self.command == "DELETE":
                del state.comments[int(one[1])]
                return 204, "", {}
            state.comments[int(one[1])] = (state.comments[int(one[1])][0], data["body"])
            return 200, self._comment(int(one[1])), {}
        return 404, {"message": "Not Found"}, {}

    def _status(self, path: str, data: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        if not self.state.may_set:
            return 403, {"message": "Resource not accessible by integration"}, {}
        if len(data["description"]) > 140 or data["state"] not in ("success", "failure", "error", "pending"):
            return 422, {"message": "Validation Failed"}, {}
        self.state.statuses.append({**data, "commit": path.rpartition("/")[2]})
        return 201, data, {}

    def _issues(self, path: str, query: dict[str, list[str]], data: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        state, number = self.state, path.rpartition("/")[2]
        if number.isdecimal():
            if int(number) not in state.issues:
                return 404, {"message": "Not Found"}, {}
            known = state.issues[int(number)]
            known |= {key: data[key] for key in ("title", "body") if key in data}
            known["is_open"] = data.get("state") != "closed" and known["is_open"]
            return 200, self._issue(int(number)), {}
        if self.command == "POST":
            return 201, self._issue(state.add_issue(data["title"], data["body"], data["labels"][0])), {}
        part, headers = self._paged([self._issue(one) for one in state.open_issues(query["labels"][0])], query)
        return 200, part, headers

    def _issue(self, number: int) -> dict[str, Any]:
        one = self.state.issues[number]
        author = {"login": one["author"], "id": ACCOUNTS[one["author"]]}
        url = f"{self._url}/repos/platform/fleet/issues/{number}"
        return {"number": number, "title": one["title"], "body": one["body"], "url": url, "user": author}

    def _pull(self) -> dict[str, Any]:
        state, url = self.state, f"{self._url}/repos/platform/fleet"
        return {
            "number": state.number,
            "state": "open" if state.is_open else "closed",
            "url": f"{url}/pulls/{state.number}",
            "issue_url": f"{url}/issues/{state.number}",
            "head": {"sha": state.head, "ref": state.branch, "repo": {"full_name": state.fork}},
            "base": {"ref": state.target, "sha": "0" * 40},
        }

    def _comment(self, number: int) -> dict[str, Any]:
        author, body = self.state.comments[number]
        url = f"{self._url}/repos/platform/fleet/issues/comments/{number}"
        return {"id": number, "body": body, "url": url, "user": {"login": author, "id": ACCOUNTS[author]}}


class GitLabServer(Forge):
    def _carried_out(
        self, path: str, query: dict[str, list[str]], data: dict[str, Any]
    ) -> tuple[int, Any, dict[str, str]]:
        state = self.state
        request = f"/api/v4/projects/7/merge_requests/{state.number}"
        if self.headers.get("private-token") != TOKEN:
            return 401, {"message": "401 Unauthorized"}, {}
        if path == "/api/v4/user":
            return 200, {"id": ACCOUNTS[BOT], "username": "bot"}, {}
        if path == request:
            opened = "opened" if state.is_open else "closed"
            body = {"iid": state.number, "sha": state.head, "target_branch": state.target, "state": opened}
            return 200, {**body, "project_id": 7, "head_pipeline": state.pipeline}, {}
        if self.command != "GET" and not state.may_write:
            return 403, {"message": "403 Forbidden"}, {}
        if path.startswith("/api/v4/projects/7/statuses/") or path == f"{request}/status_check_responses":
            return self._status(path, data)
        if re.fullmatch("/api/v4/projects/7/issues(/\\d+)?", path):
            return self._issues(path, query, data)
        if path == f"{request}/notes":
            if self.command == "POST":
                return 201, self._note(state.add(data["body"])), {}
            part, headers = self._paged([self._note(one) for one in state.comments], query)
            return 200, part, headers
        one = re.fullmatch(f"{request}/notes/(\\d+)", path)
        if one and int(one[1]) in state.comments:
            if self.command == "DELETE":
                del state.comments[int(one[1])]
                return 204, "", {}
            state.comments[int(one[1])] = (state.comments[int(one[1])][0], data["body"])
            return 200, self._note(int(one[1])), {}
        return 404, {"message": "404 Not found"}, {}

    def _status(self, path: str, data: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        if not self.state.may_set:
            return 403, {"message": "403 Forbidden"}, {}
        if path.endswith("/status_check_responses"):
            self.state.checks.append(data)
            return 201, {"id": 1}, {}
        if data["state"] not in ("success", "failed", "pending", "running", "canceled", "skipped"):
            return 400, {"message": "state does not have a valid value"}, {}
        self.state.statuses.append({**data, "commit": path.rpartition("/")[2]})
        return 201, {"id": 1, **data}, {}

    def _issues(self, path: str, query: dict[str, list[str]], data: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        state, number = self.state, path.rpartition("/")[2]
        if number.isdecimal():
            if int(number) not in state.issues:
                return 404, {"message": "404 Not found"}, {}
            known = state.issues[int(number)]
            known["title"] = data.get("title", known["title"])
            known["body"] = data.get("description", known["body"])
            known["is_open"] = data.get("state_event") != "close" and known["is_open"]
            return 200, self._issue(int(number)), {}
        if self.command == "POST":
            return 201, self._issue(state.add_issue(data["title"], data["description"], data["labels"])), {}
        part, headers = self._paged([self._issue(one) for one in state.open_issues(query["labels"][0])], query)
        return 200, part, headers

    def _issue(self, number: int) -> dict[str, Any]:
        one = self.state.issues[number]
        author = {"id": ACCOUNTS[one["author"]]}
        return {"iid": number, "title": one["title"], "description": one["body"], "author": author}

    def _note(self, number: int) -> dict[str, Any]:
        author, body = self.state.comments[number]
        return {"id": number, "body": body, "system": False, "author": {"id": ACCOUNTS[author]}}


@contextmanager
def running(kind: str, state: State) -> Iterator[str]:
    """Yield the address of a forge with this state."""
    base = GitHubServer if kind == "github" else GitLabServer
    handler = type("Handler", (base,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
