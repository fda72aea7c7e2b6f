"""tools/demo runs the three programs against the simulator, leaves nothing behind, and never spends money unasked."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(sys.argv.pop(2)).resolve()
ROOT = Path(sys.argv.pop(1)).resolve()
SANITIZED = re.search(r"^FASTCCG_SANITIZE:\w+=.", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE) is not None


def environment(**more):
    """The caller's environment without what would lead the demo elsewhere."""
    misleading = re.compile(r"(\w+_API_KEY|\w+_BASE_URL|REAL|MODEL)")
    kept = {name: value for name, value in os.environ.items() if not misleading.fullmatch(name)}
    return {**kept, **more}


def demo(*simulator_options, **more):
    """Status and output of the demo; by default the simulator answers as fast as it can."""
    command = [ROOT / "tools/demo", BUILD, *(simulator_options or ("--latency-ms", "0"))]
    done = subprocess.run(
        command, env=environment(**more), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100
    )
    return done.returncode, done.stdout + done.stderr


def listening(url):
    """Whether somebody still listens at the simulator's address."""
    port = int(url.rsplit(":", 1)[1])
    sockets = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A" for line in sockets)


class Demo(unittest.TestCase):
    def test_programs_print_what_the_model_says(self):
        status, output = demo()
        self.assertEqual(status, 0, output)
        in_cpp, _, in_python = output.partition("== 01_many_at_once in Python")
        self.assertEqual(in_python == "", SANITIZED)
        for said in filter(None, (in_cpp, in_python)):
            self.assertIn("299,792,458", said)
            self.assertIn("Canberra", said)
            self.assertIn("AI: ", said)
            self.assertIn('Your last question was: "What is the capital of Australia?"', said)

    def test_one_string_leads_to_every_protocol(self):
        personas = {
            "openai/gpt-4o": "openai_chat",
            "openai/o3-pro": "openai_responses",
            "anthropic/claude-sonnet-5": "anthropic",
            "gemini/gemini-3.6-flash": "gemini",
            "mistral/mistral-small-latest": "mistral",
            "deepseek/deepseek-chat": "openai_chat",
        }
        with tempfile.TemporaryDirectory() as directory:
            for number, (model, persona) in enumerate(personas.items()):
                with self.subTest(model=model):
                    log = Path(directory) / f"{number}.log"
                    status, output = demo("--log", log, MODEL=model)
                    self.assertEqual(status, 0, output)
                    self.assertIn("299,792,458", output)
                    self.assertIn("Pim found a brush", output)
                    self.assertIn('Your last question was: "What is the capital of Australia?"', output)
                    served = {line.split()[3] for line in log.read_text().splitlines()}
                    self.assertEqual(served, {persona})

    def test_model_must_name_its_provider(self):
        status, output = demo(MODEL="Claude Sonnet/5")
        self.assertEqual(status, 2, output)
        self.assertIn("provider/name", output)

    def test_two_questions_wait_at_the_same_time(self):
        _, output = demo("--latency-ms", "400")
        first, second, both = map(float, re.search(r"took (\S+) s, .* (\S+) s; .* took (\S+) s", output).groups())
        self.assertGreaterEqual(min(first, second), 0.4)
        self.assertLess(both, first + second)

    def test_simulator_is_gone_afterwards(self):
        _, output = demo()
        url = re.search(r"simulator at (http://\S+)\.", output).group(1)
        self.assertFalse(listening(url))

    def test_failing_program_fails_the_demo(self):
        status, output = demo("--fault", "401")
        self.assertNotEqual(status, 0, output)
        self.assertIn("openai", output)

    def test_key_in_the_environment_is_mentioned_but_not_used(self):
        status, output = demo(OPENAI_API_KEY="sk-of-the-caller")
        self.assertEqual(status, 0, output)
        self.assertIn("make demo REAL=1", output)
        self.assertIn("Asking the simulator", output)
        self.assertNotIn("sk-of-the-caller", output)

    def test_interrupted_demo_stops_its_simulator(self):
        command = [ROOT / "tools/demo", BUILD, "--latency-ms", "60000"]
        with subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, start_new_session=True) as running:
            url = re.search(r"simulator at (http://\S+)\.", running.stdout.readline()).group(1)
            self.assertTrue(listening(url))
            os.killpg(running.pid, signal.SIGINT)
            running.wait(timeout=30)
        self.assertFalse(listening(url))


if __name__ == "__main__":
    unittest.main()
