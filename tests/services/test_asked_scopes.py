"""The guide asks for nothing that is not used, and what is used can be asked for: compared with the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import wagtail_zoom
from wagtail_zoom.api.operations import OPERATIONS
from wagtail_zoom.services.connections.scope_picker import CHOICES, account_only_scopes, scopes_for


PACKAGE = Path(wagtail_zoom.__file__).parent
API = PACKAGE / "api"
NOT_THE_PRODUCT = ("api", "simulator", "migrations")

#: The classes behind a client's attributes, and how the operations of each begin in the table.
PARTS = {"meetings": "Meetings", "webinars": "Meetings", "registrants": "Registrants"}
PARTS |= {"users": "Users", "recordings": "Recordings"}
PREFIXES = {"Meetings": ("meetings.", "webinars.")}
PREFIXES |= {"Registrants": ("meetings.registrants.", "webinars.registrants.")}
PREFIXES |= {"Users": ("users.",), "Recordings": ("recordings.",)}

#: What the code calls where it may, and no school is asked for, with the reason.
NOT_ASKED_FOR = {
    "meetings.registrants.get": "one registrant by number: the list of all says the same",
    "webinars.registrants.get": "one registrant by number: the list of all says the same",
}


@cache
def operations_of(name: str, method: str) -> frozenset[str]:
    """Return the operations that ``method`` of the API's class ``name`` carries out, itself or through its like."""
    tree = next(each for each in _classes() if each.name == name)
    body = next(each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == method)
    texts = {node.value for node in ast.walk(body) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    own = {f"{prefix}{text}" for prefix in PREFIXES[name] for text in texts} | texts
    through = {
        operation
        for node in ast.walk(body)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "self"
        and node.func.attr in _public_methods(tree)
        for operation in operations_of(name, node.func.attr)
    }
    return frozenset((own & OPERATIONS.keys()) | through)


def _classes() -> Iterator[ast.ClassDef]:
    for file in API.glob("*.py"):
        yield from (node for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef))


def _public_methods(tree: ast.ClassDef) -> set[str]:
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")}


class Reading:
    """What one file of the product does with the API: which of its names are clients or parts of one."""

    def __init__(self, tree: ast.Module) -> None:
        self.nodes = list(ast.walk(tree))
        self.known: dict[str, str] = {}
        while self._learn():
            pass

    def calls(self) -> Iterator[tuple[str, str]]:
        """Yield the API's class and method for each place where one is called, or passed on to be called."""
        for node in self.nodes:
            if isinstance(node, ast.Attribute) and (owner := self.kind_of(node.value)) in PREFIXES:
                yield owner, node.attr

    def kind_of(self, node: ast.expr) -> str:
        """Return the class of the API that an expression is, "ZoomClient" for the client itself, "" for all else."""
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr == "of_kind":
                return "Meetings" if self.kind_of(called.value) == "ZoomClient" else ""
            return "ZoomClient" if ast.unparse(called).rsplit(".")[-1] == "client_for" else ""
        if isinstance(node, ast.Attribute) and node.attr in PARTS and self.kind_of(node.value):
            return PARTS[node.attr]
        return self.known.get(ast.unparse(node), "")

    def _learn(self) -> bool:
        before = len(self.known)
        for node in self.nodes:
            match node:
                case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
                    self._note(name, self.kind_of(value))
                case ast.Assign(targets=[target], value=value):
                    self._note(ast.unparse(target), self.kind_of(value))
                case ast.arg(arg=name, annotation=ast.Name(id=kind)) if kind in (*PREFIXES, "ZoomClient"):
                    self._note(name, kind)
        return len(self.known) > before

    def _note(self, name: str, kind: str) -> None:
        if kind:
            self.known[name] = kind


@pytest.fixture(scope="module")
def called() -> set[str]:
    """Return every operation that the product carries out somewhere."""
    found: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        if file.relative_to(PACKAGE).parts[0] not in NOT_THE_PRODUCT:
            for owner, method in Reading(ast.parse(file.read_text())).calls():
                found |= operations_of(owner, method) if method not in PARTS else frozenset()
    return found


def asked_for() -> set[str]:
    everything = (
        *scopes_for(CHOICES, is_account=True),
        *scopes_for(CHOICES, is_account=False),
        *account_only_scopes(CHOICES),
    )
    return set(everything)


def opened_by(scope: str) -> set[str]:
    return {name for name, operation in OPERATIONS.items() if scope in operation.scopes}


def test_every_scope_that_the_guide_asks_for_opens_something_that_is_called(called):
    assert [scope for scope in sorted(asked_for()) if not opened_by(scope) & called] == []


def test_everything_that_is_called_can_be_asked_for_or_is_said_to_be_dispensable(called):
    cannot = {name for name in called if not asked_for() & set(OPERATIONS[name].scopes)}
    assert cannot == set(NOT_ASKED_FOR)


def test_nothing_stands_in_the_table_that_nothing_calls(called):
    assert sorted(OPERATIONS.keys() - called) == []


def test_reading_the_code_finds_calls_through_every_kind_of_name():
    source = """
def ask(zoom: ZoomClient, run):
    zoom.users.me()
    meetings = zoom.of_kind(kind)
    meetings.create(1)
    with clients.client_for(row) as other:
        self._registrants = other.of_kind(kind).registrants
    self._registrants.add(1)
    stranger.users.token()
"""
    found = set(Reading(ast.parse(source)).calls()) - {("Meetings", "registrants")}
    assert found == {("Users", "me"), ("Meetings", "create"), ("Registrants", "add")}
    assert operations_of("Users", "me") == {"users.get"}
