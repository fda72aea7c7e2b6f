"""Links between pages lead somewhere, and the index of docs/ names every page and every public header."""

import re
import sys
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()
LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def targets(page):
    """The files that a page links to, as written."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    return [link.split("#")[0] for link in links if not re.match(r"[a-z]+:", link) and not link.startswith("#")]


class Links(unittest.TestCase):
    def test_pages_are_found(self):
        self.assertIn(ROOT / "README.md", PAGES)

    def test_links_lead_somewhere(self):
        for page in PAGES:
            for target in targets(page):
                with self.subTest(page=page.name, link=target):
                    self.assertTrue((page.parent / target).exists())

    def test_index_names_every_page_and_header(self):
        index = {(ROOT / "docs" / target).resolve() for target in targets(ROOT / "docs" / "README.md")}
        headers = set(ROOT.glob("include/fastccg/*.hpp")) - {ROOT / "include/fastccg/fastccg.hpp"}
        unlisted = {"version.hpp"}
        for wanted in sorted(set(ROOT.glob("docs/**/*.md")) | headers):
            if wanted.name not in unlisted and wanted != ROOT / "docs/README.md":
                with self.subTest(wanted=wanted.name):
                    self.assertIn(wanted, index)


if __name__ == "__main__":
    unittest.main()
