"""The Python code of README.md and docs/ runs against the simulator, page by page, each from top to bottom."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import ROOT, Simulator

SKIP = re.compile(r"<!--\s*snippet:\s*skip\b")


def blocks(text: str) -> list[tuple[int, str]]:
    """The Python blocks of a page: the number of the first line, and the code."""
    found: list[tuple[int, str]] = []
    code: list[str] | None = None
    start, skip = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if code is not None:
            if line.strip() == "```":
                if not skip:
                    found.append((start, "\n".join(code) + "\n"))
                code, skip = None, False
            else:
                code.append(line)
        elif line.strip() == "```python":
            start, code = number + 1, []
        elif SKIP.search(line):
            skip = True
        elif line.strip():
            skip = False
    assert code is None, "a block has no end"
    return found


def program(text: str) -> str:
    """All blocks in one program, each at the lines at which it stands in the page."""
    lines: list[str] = []
    for start, code in blocks(text):
        lines += [""] * (start - 1 - len(lines)) + code.splitlines()
    return "\n".join(lines) + "\n"


PAGES = [
    page
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
    if blocks(page.read_text(encoding="utf-8"))
]


def test_pages_with_python_are_found() -> None:
    assert {"README.md", "quick-start.md", "advanced.md", "models.md", "migration.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_page_runs(page: Path, tmp_path: Path, sim: Simulator) -> None:
    script = tmp_path / page.with_suffix(".py").name
    script.write_text(program(page.read_text(encoding="utf-8")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", script.name],
        cwd=tmp_path,
        env={**os.environ, **sim.environment()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.returncode == 0, f"{page.relative_to(ROOT)}, at the line that is named last:\n{done.stderr}"


def test_block_that_fails_is_found_at_its_own_line(tmp_path: Path) -> None:
    page = "Text.\n\n```python\nx = 1\n```\n\nMore.\n\n```python\nassert x == 2\n```\n"
    script = tmp_path / "page.py"
    script.write_text(program(page))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert "line 10" in done.stderr


def test_block_that_is_left_out_is_left_out() -> None:
    assert blocks("<!-- snippet: skip, costs money -->\n```python\nraise\n```\n```python\nx\n```\n") == [(6, "x\n")]


def test_plot_shows_the_benchmarks_of_the_page() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools/benchmark_plot", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_reference_names_what_the_package_has() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools/python_reference", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
