"""Starts the program on free ports with a new store, tests its API and its admin API with schemathesis, and stops it.

    run.py PROGRAM [--seed N] [--examples N]

Exits with 0 if every response conforms to the OpenAPI documents."""

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent

# No throttle and cheap hashes: this tests the shape of the responses.
TOKEN = "the-token-of-schemathesis-in-this-run"
FLAGS = ["--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0", "--admin-tokens-file=tokens", "--argon2-memory-kib=8", "--argon2-iterations=1", "--log=warn,doorward=info"]
VARIABLES = {"DOORWARD_THROTTLE": "off"}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program", type=pathlib.Path, help="the binary to test")
    arguments.add_argument("--seed", type=int, default=1, help="another seed generates other data")
    arguments.add_argument("--examples", type=int, default=300, help="examples of each kind per operation")
    arguments = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorward-schemathesis-") as folder:
        return run(arguments, folder)


def run(arguments, folder):
    tokens = pathlib.Path(folder, "tokens")
    tokens.touch(mode=0o600)
    tokens.write_text(f"schemathesis {TOKEN}\n")
    program = subprocess.Popen(
        [arguments.program.resolve(), *FLAGS], cwd=folder, env=VARIABLES, stderr=subprocess.PIPE, text=True
    )
    try:
        log = []
        admin = wait_for(program, log, r"admin API at http://(\S+)/admin")
        public = wait_for(program, log, r"listening on http://(\S+);")
        reading = threading.Thread(target=lambda: log.extend(program.stderr), daemon=True)
        reading.start()
        failed = run_schemathesis(arguments, folder, f"http://{public}/openapi.json", "hooks.py", admin)
        failed |= run_schemathesis(
            arguments, folder, f"http://{admin}/admin/openapi.json", "admin_hooks.py", admin, f"--header=Authorization: Bearer {TOKEN}"
        )
        program.send_signal(signal.SIGTERM)
        status = program.wait(timeout=20)
        reading.join(timeout=5)
        errors = [line for line in log if " ERROR " in line]
        sys.stdout.writelines(errors)
        return failed or status or bool(errors)
    finally:
        program.kill()
        program.wait()


def run_schemathesis(arguments, folder, document, hooks, admin, *more):
    tried = subprocess.run(
        [
            pathlib.Path(sys.executable).with_name("schemathesis"),
            f"--config-file={HERE / 'schemathesis.toml'}",
            "run",
            document,
            f"--seed={arguments.seed}",
            f"--max-examples={arguments.examples}",
            *more,
        ],
        cwd=folder,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(HERE / hooks),
            "PYTHONPATH": str(HERE),
            "DOORWARD_ADMIN_URL": f"http://{admin}",
            "DOORWARD_ADMIN_TOKEN": TOKEN,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    return tried.returncode != 0


def wait_for(program, log, pattern):
    for line in program.stderr:
        log.append(line)
        found = re.search(pattern, line)
        if found:
            return found[1]
    sys.exit("the program did not start:\n" + "".join(log))


if __name__ == "__main__":
    sys.exit(main())
