#!/usr/bin/env python3
"""An import of organisations in the public JSON form; also alone: imports.py --dpvd DPVD [COUNT].

The second import of the same file finds nothing to write."""

import argparse
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from rig import ROOT, Rig

sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
from register_files import many_units, write_json


def run(rig, path):
    """Summary, seconds as the command counts them, its CPU seconds and its peak memory in MB."""
    command = [rig.dpvd, "-c", rig.env["CONFIG_FILE"], "admin", "import", "organizations",
               "--file", path, "--json"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    summary = json.load(child.stdout)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"the import ended with {child.returncode}")
    return {"summary": summary, "seconds": summary["milliseconds"] / 1000,
            "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}


def measure(rig, count, say):
    say(f"import: making a file of {count:,} organisations")
    path = rig.path("enheter.json.gz")
    write_json(path, many_units(count))
    say("import: everything is new")
    first = run(rig, path)
    say("import: nothing is")
    second = run(rig, path)
    os.unlink(path)
    for one, name in ((first, "added"), (second, "unchanged")):
        if one["summary"][name] != count:
            raise RuntimeError(f"{name}: {one['summary']}")
    return {"count": count, "first": first, "second": second}


def tell(found):
    for name, one in (("all new", found["first"]), ("nothing new", found["second"])):
        print(f"import of {found['count']:,} organisations, {name}: {one['seconds']:.1f} s, "
              f"{found['count'] / one['seconds']:,.0f} rows/s, own CPU {one['cpu']:.1f} s, "
              f"peak memory {one['memory']:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dpvd", required=True, help="the server's program")
    parser.add_argument("count", nargs="?", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with Rig(arguments.dpvd, "/bin/false") as rig:
        tell(measure(rig, arguments.count, lambda text: print(f"... {text}", file=sys.stderr)))


if __name__ == "__main__":
    main()
