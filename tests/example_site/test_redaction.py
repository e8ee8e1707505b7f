"""Nothing that the demo prints contains the query of an address."""

from __future__ import annotations

import logging

import pytest

from example_site.demo.redaction import WithoutQueries, without_queries


@pytest.mark.parametrize(
    ("printed", "left"),
    [
        ('"GET /zoom/oauth/callback/?code=abc&state=def HTTP/1.1" 302', '"GET /zoom/oauth/callback/ HTTP/1.1" 302'),
        ("to http://127.0.0.1:8900/s/81234567890?zak=eyJ0.x.y,", "to http://127.0.0.1:8900/s/81234567890"),
        ("<a href='https://zoom.us/j/1?pwd=x'>", "<a href='https://zoom.us/j/1'>"),
        ("/w/9?tk=a.b-c&pwd=1 and /j/8?pwd=2", "/w/9 and /j/8"),
        ("Is it there? Yes.", "Is it there? Yes."),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_queries_are_cut_off_and_nothing_else(printed, left):
    assert without_queries(printed) == left


def test_a_log_record_loses_the_queries_of_its_arguments():
    record = logging.LogRecord("django.server", logging.INFO, "x", 1, '"%s" %s', ("GET /j/1?pwd=x", 200), None)
    assert WithoutQueries().filter(record)
    assert record.getMessage() == '"GET /j/1" 200'
