"""Starts the program on a free port with a new store, tests its API with schemathesis, and stops it.

    run.py PROGRAM [--seed N] [--examples N]

Exits with 0 if every response conforms to the OpenAPI document."""

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
FLAGS = ["--listen=127.0.0.1:0", "--argon2-memory-kib=8", "--argon2-iterations=1", "--log=warn,doorward=info"]
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
    program = subprocess.Popen(
        [arguments.program.resolve(), *FLAGS], cwd=folder, env=VARIABLES, stderr=subprocess.PIPE, text=True
    )
    try:
        log = []
        address = wait_for_address(program, log)
        reading = threading.Thread(target=lambda: log.extend(program.stderr), daemon=True)
        reading.start()
        tried = subprocess.run(
            [
                pathlib.Path(sys.executable).with_name("schemathesis"),
                f"--config-file={HERE / 'schemathesis.toml'}",
                "run",
                f"http://{address}/openapi.json",
                f"--seed={arguments.seed}",
                f"--max-examples={arguments.examples}",
            ],
            cwd=folder,
            env={**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        program.send_signal(signal.SIGTERM)
        status = program.wait(timeout=20)
        reading.join(timeout=5)
        errors = [line for line in log if " ERROR " in line]
        sys.stdout.writelines(errors)
        return tried.returncode or status or bool(errors)
    finally:
        program.kill()
        program.wait()


def wait_for_address(program, log):
    for line in program.stderr:
        log.append(line)
        found = re.search(r"listening on http://(\S+);", line)
        if found:
            return found[1]
    sys.exit("the program did not start:\n" + "".join(log))


if __name__ == "__main__":
    sys.exit(main())
