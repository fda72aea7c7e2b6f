"""tools/run_tests counts what passed, and everything else as failed, and says so in its last line."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()


def run(tests, sources=None):
    """Status and last line for a project with these lines in its CMakeLists.txt."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (sources or {}).items():
            Path(folder, name).write_text(text)
        head = "cmake_minimum_required(VERSION 3.22)\nproject(sample LANGUAGES NONE)\nenable_testing()\n"
        Path(folder, "CMakeLists.txt").write_text(head + "\n".join(tests) + "\n")
        build = Path(folder, "build")
        subprocess.run(["cmake", "-S", folder, "-B", build, "-G", "Ninja"], check=True, capture_output=True)
        done = subprocess.run([ROOT / "tools/run_tests", "--build", build], capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()[-1]


PASS = "add_test(NAME good COMMAND true)"


class RunTests(unittest.TestCase):
    def test_passing_tests_are_counted(self):
        self.assertEqual(run([PASS, "add_test(NAME better COMMAND true)"]), (0, "2 passed, 0 failed"))

    def test_failing_test_is_counted(self):
        self.assertEqual(run([PASS, "add_test(NAME bad COMMAND false)"]), (1, "1 passed, 1 failed"))

    def test_crashing_test_is_counted(self):
        self.assertEqual(run([PASS, 'add_test(NAME bad COMMAND sh -c "kill -SEGV $$")']), (1, "1 passed, 1 failed"))

    def test_test_without_a_program_is_counted(self):
        self.assertEqual(run([PASS, "add_test(NAME bad COMMAND /no/such/program)"]), (1, "1 passed, 1 failed"))

    def test_test_that_hangs_is_counted(self):
        hang = ["add_test(NAME bad COMMAND sleep 60)", "set_tests_properties(bad PROPERTIES TIMEOUT 1)"]
        self.assertEqual(run([PASS, *hang]), (1, "1 passed, 1 failed"))

    def test_test_without_its_fixture_is_counted(self):
        fixture = [
            "add_test(NAME fixture COMMAND false)",
            "set_tests_properties(fixture PROPERTIES FIXTURES_SETUP f)",
            "set_tests_properties(good PROPERTIES FIXTURES_REQUIRED f)",
        ]
        self.assertEqual(run([PASS, *fixture]), (1, "0 passed, 2 failed"))

    def test_test_that_prints_a_key_of_the_tests_is_counted(self):
        leak = "add_test(NAME leaky COMMAND echo got sk-canary-0123456789)"
        self.assertEqual(run([PASS, leak]), (1, "1 passed, 1 failed"))

    def test_skipped_test_is_neither(self):
        skip = ['add_test(NAME odd COMMAND sh -c "exit 77")', "set_tests_properties(odd PROPERTIES SKIP_RETURN_CODE 77)"]
        self.assertEqual(run([PASS, *skip]), (0, "1 passed, 0 failed"))

    def test_no_tests_at_all_is_a_failure(self):
        self.assertEqual(run([]), (1, "0 passed, 0 failed"))

    def test_broken_build_is_counted_and_the_rest_still_runs(self):
        broken = "add_custom_target(broken ALL COMMAND false)"
        self.assertEqual(run([PASS, broken]), (1, "1 passed, 1 failed"))


PYTEST = """#!/bin/sh
for word in "$@"; do case $word in --junit-xml=*) report=${word#*=} ;; esac; done
%s
"""
REPORT = """cat >"$report" <<END
<testsuites><testsuite>%s</testsuite></testsuites>
END
"""
GOOD = '<testcase classname="t" name="good"/>'
BAD = '<testcase classname="t" name="bad"><failure message="no"/></testcase>'
BROKEN = '<testcase classname="t" name="broken"><error message="no"/></testcase>'
LEFT_OUT = '<testcase classname="t" name="odd"><skipped message="why"/></testcase>'


def run_python(pytest, *options, environment_status=0, cache="ODD:BOOL=ON"):
    """The same with a Python package in the build, and a stand-in for pytest that runs these lines of shell."""
    with tempfile.TemporaryDirectory() as folder:
        tools, build = Path(folder, "tools"), Path(folder, "build")
        python = build / "python-env/bin/python"
        for needed in (tools, python.parent, build / "python/fastccg"):
            needed.mkdir(parents=True)
        shutil.copy(ROOT / "tools/run_tests", tools)
        for path, text in ((tools / "python_env", f"#!/bin/sh\nexit {environment_status}\n"), (python, PYTEST % pytest)):
            path.write_text(text)
            path.chmod(0o755)
        text = f"cmake_minimum_required(VERSION 3.22)\nproject(sample LANGUAGES NONE)\nenable_testing()\n{PASS}\n"
        Path(folder, "CMakeLists.txt").write_text(text)
        subprocess.run(["cmake", "-S", folder, "-B", build, "-G", "Ninja", *(f"-D{entry}" for entry in cache.split())], check=True, capture_output=True)
        command = [tools / "run_tests", "--build", build, *options]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()[-1]


class RunPytest(unittest.TestCase):
    def test_python_tests_are_added(self):
        self.assertEqual(run_python(REPORT % (GOOD + LEFT_OUT)), (0, "2 passed, 0 failed"))

    def test_failures_and_errors_are_counted(self):
        status = run_python(REPORT % (GOOD + BAD + BROKEN) + "exit 1")
        self.assertEqual(status, (1, "2 passed, 2 failed"))

    def test_pytest_without_report_is_counted(self):
        self.assertEqual(run_python("kill -SEGV $$"), (1, "1 passed, 1 failed"))

    def test_status_that_the_report_does_not_explain_is_counted(self):
        self.assertEqual(run_python(REPORT % GOOD + "exit 3"), (1, "2 passed, 1 failed"))

    def test_missing_environment_is_counted(self):
        self.assertEqual(run_python(REPORT % GOOD, environment_status=1), (1, "1 passed, 1 failed"))

    def test_label_runs_them_alone(self):
        self.assertEqual(run_python(REPORT % GOOD, "--label", "python"), (0, "1 passed, 0 failed"))

    def test_other_selection_leaves_them_out(self):
        self.assertEqual(run_python("exit 1", "--match", "good"), (0, "1 passed, 0 failed"))

    def test_builds_with_sanitizers_that_an_interpreter_cannot_load_leave_them_out(self):
        for cache in (
            "FASTCCG_SANITIZE:STRING=thread CMAKE_CXX_COMPILER:STRING=g++",
            "FASTCCG_SANITIZE:STRING=address,undefined CMAKE_CXX_COMPILER:STRING=clang++",
            "FASTCCG_SANITIZE:STRING=address,undefined CMAKE_CXX_COMPILER:STRING=/no/such/compiler",
            "FASTCCG_SANITIZE:STRING=address,undefined",
        ):
            self.assertEqual(run_python("exit 1", cache=cache), (0, "1 passed, 0 failed"), cache)

    @unittest.skipUnless(shutil.which("g++"), "there is no g++")
    def test_interpreter_loads_the_address_sanitizer_first(self):
        cache = "FASTCCG_SANITIZE:STRING=address,undefined CMAKE_CXX_COMPILER:STRING=g++"
        look = 'case "$LD_PRELOAD" in *libasan*) ;; *) exit 1 ;; esac\n'
        self.assertEqual(run_python(look + REPORT % GOOD, cache=cache), (0, "2 passed, 0 failed"))
        self.assertEqual(run_python(look + REPORT % GOOD)[0], 1)


if __name__ == "__main__":
    unittest.main()
