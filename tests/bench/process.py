"""What a fresh server needs: memory for a large attachment, time to its first stored message."""

import os
import socket
import statistics
import subprocess
import time

from rig import memory_kib

LARGE = 40 * 1024 * 1024


def peak_memory(rig):
    """(MB at rest, MB above that while one 40 MB attachment arrives)"""
    rig.dev("restart-server")
    rig.load("test", requests=1)
    idle = memory_kib(rig.dpvd_pid, "VmRSS")
    result = rig.load("insert", bytes=LARGE, requests=1)
    if result["errors"]:
        raise RuntimeError("the 40 MB attachment was not stored")
    return idle / 1024, (memory_kib(rig.dpvd_pid, "VmHWM") - idle) / 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_message(rig):
    """Seconds from the start of a second server on the same database to its first receipt."""
    url = f"127.0.0.1:{free_port()}"
    load = rig.load_command("insert", bytes=10240, requests=1, wait=20)
    load[load.index("--url") + 1] = f"http://{url}"
    with open(rig.path("second.log"), "w") as log:
        began = time.monotonic()
        server = subprocess.Popen(
            [rig.dpvd, "serve", "-c", rig.env["CONFIG_FILE"], "-o", f"listen={url}",
             "-o", "tls_listen=", "-o", "admin_listen="],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True)
        try:
            subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
            return time.monotonic() - began
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def start_time(rig, count):
    return statistics.median(first_message(rig) for _ in range(count))


def machine():
    """One line about where the figures come from."""
    with open("/proc/cpuinfo") as info:
        models = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return f"{os.cpu_count()} cores ({models[0] if models else 'unknown'})"
