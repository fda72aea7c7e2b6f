"""A certificate that nobody vouches for ends the call; whoever names it in ca_file gets an answer."""

import json
import shutil
import ssl
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import fastccg
import pytest
from canary import KEY
from fastccg.errors import TLSFailed
from fastccg.models.gpt import gpt_4o

ANSWER = json.dumps(
    {
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "over TLS"}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Authorization"])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, format, *arguments):
        pass


class Server(ThreadingHTTPServer):
    """Handshakes are done by the threads of the connections; `keys` are those that came through."""

    daemon_threads = True

    def __init__(self, certificate, key):
        super().__init__(("127.0.0.1", 0), Handler)
        self.keys = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address):
        """A handshake that the client breaks off is what these tests want."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1, signed by itself, and beside it its key."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl program to make a certificate with")
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", file.with_suffix(".key"), "-out", file)
    subprocess.run(["openssl", "req", "-x509", "-nodes", *curve, *names, *files], check=True, capture_output=True)
    return file


@pytest.fixture
def server(certificate):
    with Server(certificate, certificate.with_suffix(".key")) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(server, **options):
    return fastccg.init_model(gpt_4o, api_key=KEY, base_url=server.url, retries=0, **options).ask("hi").content


def test_certificate_that_nobody_vouches_for_is_refused_before_the_key_is_sent(server):
    with pytest.raises(TLSFailed, match="ca_file"):
        ask(server)
    assert server.keys == []


def test_certificate_in_the_ca_file_is_trusted(server, certificate):
    assert ask(server, ca_file=certificate) == "over TLS"
    assert server.keys == [f"Bearer {KEY}"]


def test_ca_file_that_is_not_there_is_named(server, certificate):
    missing = certificate.with_name("missing.pem")
    with pytest.raises(TLSFailed, match=r"missing\.pem"):
        ask(server, ca_file=missing)
