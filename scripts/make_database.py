"""Make an empty PostgreSQL database beside the one that an address names: ``make_database.py ADDRESS NAME``."""

from __future__ import annotations

import sys

import psycopg
from psycopg import sql


def main(address: str, name: str) -> None:
    """Drop the database ``name``, should it be there, and make it."""
    drop(address, name)
    with psycopg.connect(_spelt(address), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop(address: str, name: str) -> None:
    """Drop the database ``name``, should it be there, whoever is still connected to it."""
    with psycopg.connect(_spelt(address), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _spelt(address: str) -> str:
    return address.replace("postgres://", "postgresql://", 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
