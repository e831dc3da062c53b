"""Makes traffic on a server until standard input ends: requests to a site, SSH logins, and sudo commands.

Runs as root. Removes the users and pages that it makes. Arguments: the address of the site, and the word "pages" on the
server that delivers the site.
"""

import http.client
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# Comment in the user accounts, so that a later run finds the users of a run that was killed.
MARK = "cdktf-monitoring screenshots"
SUDOERS = Path("/etc/sudoers.d/cdktf-monitoring-screenshots")
PAGES = Path("/var/www/html/shop")

NAMES = ["index.html", "chairs", "lamps", "sofas", "cart", "checkout"]
# Method, path and headers of a request, with its weight.
REQUESTS = [
    (30, "GET", "/", {}),
    (20, "GET", "/shop/", {}),
    (16, "GET", "/shop/chairs?sort=price", {}),
    (14, "GET", "/shop/lamps?page=2", {}),
    (9, "GET", "/shop/sofas", {}),
    (7, "GET", "/shop/cart", {}),
    (4, "GET", "/shop/checkout", {}),
    (9, "GET", "/shop/lamps", {"If-None-Match": "*"}),  # 304
    (4, "GET", "/favicon.ico", {}),  # 404
    (1, "GET", "/wp-login.php", {}),  # 404
    (1, "GET", "/.env", {}),  # 404
    (1, "POST", "/shop/checkout", {}),  # 405
]
FAILURE = ("GET", "/error", {})  # 500
AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "curl/8.14.1",
    "UptimeCheck/2.1",
]
# Mean number of requests per second. In a wave of WAVE seconds, the rate rises and falls by half.
RATE, WAVE = 4, 240
# Every INCIDENT seconds, a fifth of the requests fails for FAILING seconds.
INCIDENT, FAILING = 420, 75

LOGINS = ["alice", "alice", "alice", "bob", "carol"]
STRANGERS = ["admin", "oracle", "postgres", "test", "ubuntu"]
ALLOWED = [
    ["systemctl", "is-active", "nginx"],
    ["journalctl", "--lines=5", "--quiet"],
    ["nginx", "-t"],
]
DENIED = [["cat", "/etc/shadow"], ["systemctl", "restart", "nginx"]]
# Seconds between two logins, and between two sudo commands.
PAUSE = 12

ended = threading.Event()


def main() -> None:
    address, *words = sys.argv[1:]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    clean()
    try:
        if "pages" in words:
            make_pages()
        with tempfile.TemporaryDirectory() as folder:
            key = make_users(Path(folder))
            loops = [
                threading.Thread(target=send_requests, args=(address,)),
                threading.Thread(target=log_in, args=(key,)),
                threading.Thread(target=use_sudo),
            ]
            for loop in loops:
                loop.start()
            threading.Thread(target=wait_for_end, daemon=True).start()
            while not ended.wait(1):
                pass
            for loop in loops:
                loop.join()
    finally:
        clean()


def wait_for_end() -> None:
    """Ends the traffic when standard input ends, also after a lost connection."""
    while os.read(0, 1024):
        pass
    ended.set()


def make_pages() -> None:
    PAGES.mkdir()
    PAGES.chmod(0o755)
    for name in NAMES:
        page = PAGES / name
        page.write_text(f"<h1>{name}</h1>\n" * random.randint(20, 400))
        page.chmod(0o644)


def make_users(folder: Path) -> Path:
    """Makes the users, who log in with one key. Returns the path of the key."""
    key = folder / "key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    for user in sorted(set(LOGINS)):
        # The password "*" matches no password, but unlike a locked account it allows logins by key.
        run("useradd", "--create-home", "--shell", "/bin/sh", "--password", "*", "--comment", MARK, user)
        home = Path("/home", user, ".ssh")
        home.mkdir(mode=0o700)
        shutil.copy(f"{key}.pub", home / "authorized_keys")
        for path in (home, home / "authorized_keys"):
            shutil.chown(path, user, user)
    # sudo logs a denial only after it has authenticated the user.
    SUDOERS.write_text("alice ALL=(root) NOPASSWD: ALL\nDefaults:bob !authenticate\n")
    SUDOERS.chmod(0o440)
    return key


def send_requests(address: str) -> None:
    """Sends requests. On the site's own server, they come from several loopback addresses."""
    while not ended.is_set():
        now = time.time()
        rate = RATE * (1 + 0.5 * math.sin(2 * math.pi * now / WAVE))
        failing = 0.2 if now % INCIDENT < FAILING else 0.004
        if random.random() < failing:
            request = FAILURE
        else:
            _, *request = random.choices(REQUESTS, [weight for weight, *_ in REQUESTS])[0]
        method, path, headers = request
        source = (f"127.0.0.{random.randint(2, 30)}", 0) if address == "127.0.0.1" else None
        connection = http.client.HTTPConnection(address, timeout=5, source_address=source)
        try:
            connection.request(method, path, headers={**headers, "User-Agent": random.choice(AGENTS)})
            connection.getresponse().read()
        except OSError:
            pass
        finally:
            connection.close()
        ended.wait(random.expovariate(rate))


def log_in(key: Path) -> None:
    """Logs in to this server, mostly with success."""
    options = ["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    while not ended.is_set():
        if random.random() < 0.7:
            run("ssh", *options, "-i", str(key), f"{random.choice(LOGINS)}@127.0.0.1", "true")
        else:
            run("ssh", *options, "-o", "PubkeyAuthentication=no", f"{random.choice(STRANGERS)}@127.0.0.1", "true", check=False)
        ended.wait(random.uniform(0.5, 1.5) * PAUSE)


def use_sudo() -> None:
    """Runs harmless commands with sudo. Only alice may, so sudo denies bob's commands."""
    while not ended.is_set():
        user, commands = ("alice", ALLOWED) if random.random() < 0.75 else ("bob", DENIED)
        run("runuser", "--user", user, "--", "sudo", "--non-interactive", *random.choice(commands), check=False)
        ended.wait(random.uniform(0.5, 1.5) * PAUSE)


def clean() -> None:
    """Removes the users and pages of this run and of killed runs."""
    shutil.rmtree(PAGES, ignore_errors=True)
    SUDOERS.unlink(missing_ok=True)
    for line in Path("/etc/passwd").read_text().splitlines():
        user, _, _, _, comment, *_ = line.split(":")
        if comment == MARK:
            run("userdel", "--force", "--remove", user, check=False)


def run(*command: str, check: bool = True) -> None:
    subprocess.run(command, check=check, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


main()
