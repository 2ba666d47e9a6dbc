"""What the checks with real processes share: the program, the simulated server
beside it, and experiments whose models it serves. Needs Python and nothing else."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

REPO = pathlib.Path(__file__).resolve().parent.parent
PROVIDERS = {"openai": "/v1", "google": "/v1beta", "anthropic": "/v1", "ollama": ""}


def die(what):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {what}")


def environment(tmp):
    """Nothing of the user's own: no keys, no store, no proxy."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TMPDIR", "SYSTEMROOT")}
    return kept | {"HOME": str(tmp / "home"), "NO_COLOR": "1"}


class Server:
    """runner simulate in the background, with a log of its own."""

    def __init__(self, runner, tmp, name, *args):
        self.log = tmp / f"{name}.jsonl"
        self.stderr = open(tmp / f"{name}.txt", "w+", encoding="utf-8")
        self.process = subprocess.Popen([str(runner), "simulate", "--listen", "127.0.0.1:0", "--log", str(self.log), *args],
                                        stdout=subprocess.PIPE, stderr=self.stderr, text=True, env=environment(tmp))
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            self.stderr.seek(0)
            die(f"runner simulate did not start: {self.stderr.read()}")

    def counters(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "/_simulate/counters", timeout=30) as f:
            return json.load(f)

    def entries(self):
        with open(self.log, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(30) != 0:
            die(f"runner simulate ended with exit code {self.process.returncode}")
        self.stderr.close()


def module(directory):
    """A CUE module of its own, so that experiments below it can import ours."""
    (directory / "cue.mod").mkdir(parents=True, exist_ok=True)
    (directory / "cue.mod" / "module.cue").write_text('module: "check.example"\nlanguage: version: "v0.9.0"\n')


def models(provider, url, names, in_flight=64):
    """The text of a models field: every name served by the server."""
    declared = 'parameters: max_tokens: 4096, ' if provider == "anthropic" else ""
    rows = "".join(f'\t"{n}": {{provider: "{provider}", {declared}base_url: "{url}{PROVIDERS[provider]}", '
                   f'identity: "simulated-server", idempotency_key: true}}\n' for n in names)
    return f"models: {{\n{rows}}}\nexperiment: limits: max_in_flight: {in_flight}\n"


def paper(directory, provider, url, n, in_flight=64):
    """A copy of experiments/paper with n respondents a cell and every model at
    the server."""
    module(directory.parent)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    changed = 0
    for f in sorted((REPO / "experiments" / "paper").glob("*.cue")):
        text = f.read_text(encoding="utf-8")
        if f.name == "models.cue":
            names = re.findall(r'(?m)^\t"([^"]+)": *\{', text)
            if len(names) != 6:
                die(f"experiments/paper/models.cue declares {len(names)} models, not six")
            text = "package paper\n\n" + models(provider, url, names, in_flight)
        else:
            text, k = re.subn(r"(?m)^(\s*n:\s+)300$", rf"\g<1>{n}", text)
            changed += k
        (directory / f.name).write_text(text, encoding="utf-8")
    if changed != 1:
        die(f"experiments/paper has {changed} lines n: 300, not one")


class Apply:
    """runner apply as a process of its own."""

    def __init__(self, runner, tmp, experiment, store, results, *args):
        self.out, self.err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.begun = time.monotonic()
        self.process = subprocess.Popen([str(runner), "apply", str(experiment), "--store", str(store), "--results", str(results),
                                         "--yes", "--json", "--no-analysis", *args],
                                        stdout=self.out, stderr=self.err, stdin=subprocess.DEVNULL, env=environment(tmp))

    def kill(self):
        """SIGKILL; False if it had ended."""
        if self.process.poll() is not None:
            return False
        self.process.kill()
        self.process.wait()
        return True

    def end(self, timeout=600):
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - self.begun
        self.cpu = usage.ru_utime + usage.ru_stime
        self.megabytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
        return self.process.returncode

    def said(self):
        self.err.seek(0)
        return self.err.read().decode()

    def document(self):
        self.out.seek(0)
        text = self.out.read().decode()
        try:
            return json.loads(text)
        except ValueError:
            die(f"apply printed no document, exit code {self.process.returncode}:\n{text}{self.said()}")


def complete(make, most=6):
    """Applies until nothing is missing, as a user would; returns all runs."""
    runs = []
    for _ in range(most):
        run = make()
        code = run.end()
        runs.append(run)
        if code == 0:
            return runs
        if code != 3:
            die(f"apply ended with exit code {code}:\n{run.said()}")
    die(f"incomplete after {most} runs:\n{runs[-1].said()}{json.dumps(runs[-1].document()['run'].get('failures'))}")
