"""tools/arch_check finds each kind of violation, and nothing in a tree without any."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()
TABLE = 'inline constexpr std::array table{\n    Provider{"acme", Speaks::chat_completions}};\n'


def check(files):
    """What the check prints for a tree of these files, as (status, text)."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"src/providers/table.hpp": TABLE, **files}.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, ROOT / "tools/arch_check", folder], capture_output=True, text=True)
        return done.returncode, done.stdout


class ArchCheck(unittest.TestCase):
    def assert_clean(self, files):
        status, text = check(files)
        self.assertEqual(status, 0, text)

    def assert_found(self, files, where):
        status, text = check(files)
        self.assertEqual(status, 1, text)
        self.assertIn(where, text)

    def test_arrow_down_is_clean(self):
        self.assert_clean({"src/core/request.hpp": "", "src/protocols/a.cpp": '#include "core/request.hpp"\n'})

    def test_arrow_up_is_found(self):
        self.assert_found(
            {"src/exchange/call.hpp": "", "src/core/a.cpp": '#include <string>\n#include "exchange/call.hpp"\n'},
            "src/core/a.cpp:2: core/ does not include exchange/",
        )

    def test_arrow_up_by_relative_path_is_found(self):
        self.assert_found(
            {"src/exchange/call.hpp": "", "src/core/a.cpp": '#include "../exchange/call.hpp"\n'}, "src/core/a.cpp:1"
        )

    def test_private_header_of_sibling_is_found(self):
        files = {"src/protocols/one/render.hpp": "", "src/protocols/two/a.cpp": '#include "protocols/one/render.hpp"\n'}
        self.assert_found(files, "private to protocols/one/")

    def test_private_header_within_its_room_is_clean(self):
        include = '#include "protocols/one/render.hpp"\n'
        self.assert_clean(
            {"src/protocols/one/render.hpp": "", "src/protocols/one/a.cpp": include, "src/protocols/find.cpp": include}
        )

    def test_face_of_an_inner_room_is_clean(self):
        files = {"src/transport/curl/curl_transport.hpp": ""}
        self.assert_clean({**files, "src/exchange/a.cpp": '#include "transport/curl/curl_transport.hpp"\n'})

    def test_other_header_of_an_inner_room_is_found(self):
        files = {"src/transport/curl/handle.hpp": "", "src/exchange/a.cpp": '#include "transport/curl/handle.hpp"\n'}
        self.assert_found(files, "private to transport/curl/")

    def test_shared_inner_room_is_open_to_its_siblings_only(self):
        files = {"src/protocols/shared/media.hpp": ""}
        include = '#include "protocols/shared/media.hpp"\n'
        self.assert_clean({**files, "src/protocols/one/a.cpp": include})
        self.assert_found({**files, "src/providers/a.cpp": include}, "private to protocols/shared/")

    def test_unknown_room_is_found(self):
        self.assert_found({"src/attic/a.cpp": ""}, "room attic/ is unknown")

    def test_library_out_of_its_room_is_found(self):
        self.assert_found({"src/exchange/a.cpp": "#include <curl/curl.h>\n"}, "exchange/ does not use <curl/curl.h>")

    def test_io_in_pure_room_is_found(self):
        self.assert_found({"src/sse/a.cpp": "#include <fstream>\n"}, "no <fstream>")

    def test_foreign_library_in_public_header_is_found(self):
        self.assert_found({"include/fastccg/a.hpp": "#include <boost/json.hpp>\n"}, "include/fastccg/a.hpp:1")

    def test_asio_in_asio_header_is_clean(self):
        self.assert_clean({"include/fastccg/asio.hpp": "#include <boost/asio/post.hpp>\n#include <memory>\n"})

    def test_provider_named_by_protocol_is_found(self):
        self.assert_found({"src/protocols/a.cpp": 'bool b = dialect.provider == "acme";\n'}, "never names a provider")

    def test_simulator_on_library_internals_is_found(self):
        files = {"src/core/request.hpp": "", "simulator/a.cpp": '#include "core/request.hpp"\n'}
        self.assert_found(files, "simulator/a.cpp:1")

    def test_example_on_library_internals_is_found(self):
        files = {"src/core/request.hpp": "", "examples/a.cpp": '#include "core/request.hpp"\n'}
        self.assert_found(files, "examples/a.cpp:1")


if __name__ == "__main__":
    unittest.main()
