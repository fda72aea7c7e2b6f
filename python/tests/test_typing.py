"""Type checkers accept the package and the programs of its users, find what is wrong, and the stubs are true."""

import os
import subprocess
import sys
from pathlib import Path

import fastccg
import pytest

HERE = Path(__file__).parent
PACKAGE = Path(fastccg.__file__).parent


pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Runs a module of mypy on the package that is being tested; returns what it says if it finds anything."""
    build = os.environ.get("FASTCCG_BUILD")
    cache = Path(build, "mypy") if build else tmp_path_factory.mktemp("mypy")
    cache.mkdir(exist_ok=True)

    def run(*arguments):
        variables = {**os.environ, "MYPYPATH": str(PACKAGE.parent), "MYPY_CACHE_DIR": str(cache)}
        command = [sys.executable, "-m", *map(str, arguments)]
        done = subprocess.run(command, cwd=cache, env=variables, capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    return run


def test_package_passes_mypy_strict(check):
    assert check("mypy", "--strict", "-p", "fastccg") == ""


def test_programs_pass_mypy_strict(check):
    assert check("mypy", "--strict", HERE / "typing/programs.py") == ""


def test_program_with_an_error_does_not_pass(check, tmp_path):
    (tmp_path / "wrong.py").write_text("import fastccg\nfastccg.init_model('mock/m').ask(7)\n")
    assert "arg-type" in check("mypy", "--strict", tmp_path / "wrong.py")


def test_stubs_say_what_is_there(check):
    allowed = HERE / "typing/not_at_runtime.txt"
    assert check("mypy.stubtest", "fastccg", "--allowlist", allowed, "--ignore-unused-allowlist") == ""
