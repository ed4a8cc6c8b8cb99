"""Great Expectations is loaded without engines, datasources and expectations that no question needs."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys

import pytest

from headgate.quality import suites
from headgate.quality.expectation_library import (
    ENGINES,
    UNUSED,
    Expectation,
    gxe,
    hidden_engines,
    replaced_libraries,
)

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("engine", ENGINES)
def test_an_import_in_the_block_finds_no_engine_and_nothing_is_left_behind(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, engine, raising=False)
    with hidden_engines(), pytest.raises(ImportError):
        importlib.import_module(engine)
    assert engine not in sys.modules


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loaded_engine_stays(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, engine, sys)
    with hidden_engines():
        assert importlib.import_module(engine) is sys
    assert sys.modules[engine] is sys


@pytest.mark.parametrize("library", UNUSED)
def test_an_unused_library_is_empty_in_the_block_and_nothing_is_left_behind(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, library, raising=False)
    with replaced_libraries():
        assert vars(importlib.import_module(library)).keys() == vars(type(sys)(library)).keys()
    assert library not in sys.modules


@pytest.mark.parametrize("library", UNUSED)
def test_a_loaded_library_is_not_replaced(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, sys)
    with replaced_libraries():
        assert importlib.import_module(library) is sys
    assert sys.modules[library] is sys


def test_the_expectations_of_suites_are_loaded() -> None:
    source = ast.parse(inspect.getsource(suites))
    names = {
        node.attr
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "gxe"
    }
    assert len(names) > 10
    assert [name for name in names if not issubclass(getattr(gxe, name), Expectation)] == []


def test_a_name_of_an_unused_library_is_an_empty_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "altair", raising=False)
    with replaced_libraries():
        altair = importlib.import_module("altair")
        assert altair.Chart.__module__ == "altair"
        assert not hasattr(altair, "__all__")
