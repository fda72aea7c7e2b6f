"""tools/snippets takes the right blocks out of a page and notices those that do not compile."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMPILER = sys.argv.pop(2)
ROOT = Path(sys.argv.pop(1)).resolve()


def compile_page(text):
    """Status and output of the tool for a page of this text."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.md")
        page.write_text(text)
        command = [sys.executable, ROOT / "tools/snippets", "--out", Path(folder, "out"), page]
        compiler = [COMPILER, "-std=c++20", "-fsyntax-only", f"-I{ROOT / 'include'}"]
        done = subprocess.run([*command, "--", *compiler], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Snippets(unittest.TestCase):
    def test_good_blocks_of_each_kind_compile(self):
        text = (
            "```cpp\nint main() { return 0; }\n```\n"
            "```cpp\nint twice(int x) {\n  return 2 * x;\n}\n```\n"
            "```cpp\n#include <map>\nstd::map<int, int> sizes;\nstd::cout << sizes.size();\n```\n"
        )
        self.assertEqual(compile_page(text), (0, "3 code blocks, 0 failed\n"))

    def test_bad_block_is_reported_at_its_own_line(self):
        status, output = compile_page("Text.\n\n```cpp\nint x = nonsense;\n```\n")
        self.assertEqual(status, 1, output)
        self.assertIn("page.md:4", output)

    def test_skipped_block_is_left_out_with_its_reason(self):
        status, output = compile_page("<!-- snippet: skip, shows an error -->\n```cpp\nnonsense\n```\n")
        self.assertEqual(status, 0, output)
        self.assertIn("left out: shows an error", output)

    def test_skip_reaches_one_block_only(self):
        text = "<!-- snippet: skip, bad -->\n```cpp\nnonsense\n```\n```cpp\nnonsense\n```\n"
        self.assertEqual(compile_page(text)[0], 1)

    def test_other_languages_are_ignored(self):
        self.assertEqual(compile_page("```sh\nmake test\n```\n"), (0, "0 code blocks, 0 failed\n"))

    def test_open_block_is_an_error(self):
        self.assertEqual(compile_page("```cpp\nint x;\n")[0], 1)


if __name__ == "__main__":
    unittest.main()
