"""A port that was named is used or refused; one that was not is replaced when busy."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from example_site.demo.ports import HOST, PortRefused, choose_port, is_free


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_named_free_port_is_used(port):
    assert choose_port({"PORT": str(port)}, "PORT", 8000) == port


def test_a_named_busy_port_is_refused_by_name(busy_port):
    with pytest.raises(PortRefused, match=f"PORT={busy_port} is in use"):
        choose_port({"PORT": str(busy_port)}, "PORT", 8000)


def test_an_unnamed_busy_port_is_replaced(busy_port):
    chosen = choose_port({}, "PORT", busy_port)
    assert chosen != busy_port
    assert is_free(chosen)


def test_two_demos_that_choose_before_either_listens_get_different_ports(port):
    assert choose_port({}, "PORT", port) != choose_port({}, "PORT", port)


def test_a_port_that_another_demo_has_chosen_is_refused_by_name(port):
    chosen = choose_port({}, "PORT", port)
    with pytest.raises(PortRefused, match=f"PORT={chosen} is in use"):
        choose_port({"PORT": str(chosen)}, "PORT", 8000)


def test_a_name_set_to_nothing_counts_as_unnamed(busy_port):
    assert choose_port({"PORT": "  "}, "PORT", busy_port) != busy_port


def test_two_programs_do_not_get_one_port(port):
    assert choose_port({}, "SIMULATOR_PORT", port, taken=(port,)) != port
    with pytest.raises(PortRefused, match="also the other port"):
        choose_port({"SIMULATOR_PORT": str(port)}, "SIMULATOR_PORT", 8900, taken=(port,))


@pytest.mark.parametrize("wrong", ["http", "0", "65536", "-1", "80.5", "١٢٣"])
def test_what_is_no_port_is_refused_with_a_sentence(wrong):
    with pytest.raises(PortRefused, match="is not a port"):
        choose_port({"PORT": wrong}, "PORT", 8000)
