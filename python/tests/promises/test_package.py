"""The package as such: light to import, typed, documented, and what it says of itself is true."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import fastccg
import pytest

from simulator import ROOT

MODULES = [name for _, name, _ in pkgutil.walk_packages(fastccg.__path__, "fastccg.") if not name.endswith("_core")]


def printed_by(*arguments: str) -> set[str]:
    return set(subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout.split())


def modules_after(statement: str) -> set[str]:
    """What the statement imports in an interpreter that knows where the package is, but has nothing loaded yet.

    However it was installed, the interpreter has to look for it through `site`, whose hooks bring modules of their own.
    """
    bare = printed_by("-S", "-c", "import sys; print(*sys.modules)")
    forget = f"import sys; [sys.modules.pop(name) for name in sys.modules.keys() - {bare!r}]"
    return printed_by("-c", f"{forget}; {statement}; print(*sys.modules)") - bare


def test_import_that_is_heavy_would_be_seen() -> None:
    assert "asyncio" in modules_after("import fastccg, asyncio")


@pytest.mark.parametrize(
    "heavy", ["asyncio", "openai", "anthropic", "mistralai", "httpx", "rich", "typing", "dataclasses"]
)
def test_import_brings_nothing_heavy_along(heavy: str) -> None:
    assert heavy not in modules_after("import fastccg")


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported_alone(name: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", f"import {name}"], check=True)


def test_versions_agree() -> None:
    wanted = re.search(r"project\(fastccg VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert wanted is not None
    assert fastccg.__version__ == wanted.group(1)


def test_package_says_that_it_is_typed() -> None:
    assert Path(inspect.getfile(fastccg)).with_name("py.typed").exists()


def public_things() -> list[tuple[str, object]]:
    found = [(f"fastccg.{name}", getattr(fastccg, name)) for name in fastccg.__all__]
    for name, thing in list(found):
        if inspect.isclass(thing):
            found += [
                (f"{name}.{member}", value)
                for member, value in vars(thing).items()
                if not member.startswith("_") and (callable(value) or isinstance(value, property))
            ]
    return found


def test_everything_public_is_documented() -> None:
    assert len(public_things()) > 50
    assert [name for name, thing in public_things() if not inspect.getdoc(thing)] == []


def test_help_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    help(fastccg)
    text = capsys.readouterr().out
    assert "ask_stream" in text
    assert "init_model" in text


def test_all_names_are_sorted_out() -> None:
    assert len(set(fastccg.__all__)) == len(fastccg.__all__)
    for name in fastccg.__all__:
        assert hasattr(fastccg, name)


def test_submodules_have_docstrings() -> None:
    assert [name for name in MODULES if not importlib.import_module(name).__doc__] == []


def test_help_names_the_keywords_that_a_class_takes() -> None:
    for cls, name in (
        (fastccg.ModelBase, "temperature"),
        (fastccg.gpt_4o, "base_url"),
        (fastccg.MockEmbedding, "dimensions"),
    ):
        signature = inspect.signature(cls)
        assert list(signature.parameters)[:2] == ["api_key", "model_name"]
        assert signature.parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert f" {name}: " in pydoc.plain(pydoc.render_doc(cls))[:3000]

    class Mine(fastccg.MockModel):
        def __init__(self, mood: str) -> None:
            super().__init__()

    assert list(inspect.signature(Mine).parameters) == ["mood"]
