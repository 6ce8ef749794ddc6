#!/usr/bin/env python3
"""Runs every client here in every mode against one server and prints a table.

usage: run_clients.py --port PORT [--host H] [--system-id S] [--password P] [--plan]
       --plan   the server keeps the number plan of README.md (refusals, echo)
The Python clients run with this interpreter; npm's smpp must be resolvable by node.
Exit status 0 if all passed.
"""
import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--host", default="127.0.0.1")
    ap.add_argument("--port", type=int, default=2775)
    ap.add_argument("--system-id", default="esme")
    ap.add_argument("--password", default="secret")
    ap.add_argument("--plan", action="store_true")
    ap.add_argument("--count", type=int, default=10)
    a = ap.parse_args()
    py = lambda f: [sys.executable, os.path.join(HERE, "python", f)]            # noqa: E731
    node = ["node", os.path.join(HERE, "node", "client.js")]
    where = ["--host", a.host, "--port", str(a.port), "--system-id", a.system_id]
    pw = ["--password", a.password]
    n = ["--count", str(a.count)]
    plan = ["--refuse-dest", "990058", "--refuse-status", "88", "--echo-dest", "7700123"] if a.plan else []
    runs = [
        ("smpplib trx", py("client_smpplib.py") + where + pw + n + plan),
        ("smpplib tx+rx", py("client_smpplib.py") + where + pw + n + ["--mode", "tx+rx"]),
        ("smpplib wrong password", py("client_smpplib.py") + where + ["--password", "wrong!", "--expect-bind-error", "14"]),
        ("aiosmpplib trx", py("client_aiosmpplib.py") + where + pw + n + plan),
        ("aiosmpplib wrong password", py("client_aiosmpplib.py") + where + ["--password", "wrong!", "--expect-bind-error", "14"]),
        ("node trx", node + where + pw + n + plan),
        ("node tx+rx", node + where + pw + n + ["--mode", "tx+rx"]),
        ("node trx 5.0", node + where + pw + n + ["--version", "5.0"]),
        ("node wrong password", node + where + ["--password", "wrong!", "--expect-bind-error", "14"]),
        ("smpplib tx", py("client_smpplib.py") + where + pw + ["--mode", "tx", "--count", "3"]),
        ("smpplib rx", py("client_smpplib.py") + where + pw + ["--mode", "rx", "--expect-mo", "0"]),
    ]
    bad = 0
    for name, cmd in runs:
        r = subprocess.run(cmd, capture_output=True, text=True, timeout=120)
        try:
            o = json.loads(r.stdout.strip().splitlines()[-1])
        except (ValueError, IndexError):
            o = {"problems": ["no JSON: " + (r.stderr or r.stdout)[-200:]]}
        ok = r.returncode == 0
        bad += not ok
        print("%-28s %-5s submitted %s receipts %s mo %s %s" % (name, "ok" if ok else "FAIL", o.get("submitted", 0), o.get("receipts", 0), o.get("mo", 0),
                                                                 "" if ok else o.get("problems")))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
