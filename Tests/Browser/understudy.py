"""The program under test, as a process of its own."""
import http.client, json, os, pathlib, signal, subprocess, time, types

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.path.abspath(os.environ.get("UNDERSTUDY_BINARY") or ROOT / ".build" / "debug" / "understudy")


def until(fact, seconds=30, what=None):
    """Waits for what `fact()` gives to be true, and gives it; fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = fact()
        if value:
            return value
        assert time.monotonic() < end, f"not so after {seconds} s: {what or fact.__name__}"
        time.sleep(0.02)


def environment(home):
    """Ours without what would set it up differently; homes in the test's own folder."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("UNDERSTUDY_") and not name.lower().endswith("_proxy")}
    return kept | {"HOME": str(home), "XDG_DATA_HOME": str(home / "share"), "NO_COLOR": "1"}


class Server:
    """
    A running `understudy`. `front`, `admin`: base addresses, no slash at the end; `token`: its super admin's key;
    `folder`: its recordings; `output`: what it printed.
    """

    def __init__(self, home, verb, arguments):
        self.home, self.verb, self.arguments = home, verb, [str(argument) for argument in arguments]
        self.folder = home / "recordings"
        self.ports = ["-p", "0", "--admin-port", "0"]
        self.process = None
        self.log = home / "output.txt"
        self.start()

    def start(self):
        """Starts it; again on the ports it had."""
        assert os.access(BINARY, os.X_OK), f"there is no program {BINARY}: build it, or name it in UNDERSTUDY_BINARY"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, self.verb, *self.arguments, *self.ports, "--admin-rate-limit", "0"],
                cwd=self.home, env=environment(self.home), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        lock = until(self._lock, 30, "the server is ready")
        self.front, self.admin, self.token = f"http://{lock['frontDoor']}", f"http://{lock['admin']}", lock["adminToken"]
        self.ports = ["-p", lock["frontDoor"].rpartition(":")[2], "--admin-port", lock["admin"].rpartition(":")[2]]

    def _lock(self):
        assert self.process.poll() is None, f"understudy {self.verb} ended with {self.process.returncode}:\n{self.output}"
        try:
            lock = json.loads((self.folder / ".lock").read_text())
        except (OSError, ValueError):
            return None
        if lock.get("pid") != self.process.pid or not all(lock.get(name) for name in ("admin", "adminToken", "frontDoor")):
            return None
        try:
            self.request(f"http://{lock['admin']}", "GET", "/api/v1/version", None, {"Authorization": f"Bearer {lock['adminToken']}"})
        except OSError:
            return None
        return lock

    @property
    def output(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def kill(self):
        """Ends it as a crash or the kernel would."""
        self.process.kill()
        self.process.wait(20)

    def stop(self):
        """Ends it as Ctrl-C does; what is wrong with that, or None."""
        if self.process.returncode is not None:
            return None
        if self.process.poll() is not None:
            return f"understudy {self.verb} crashed with {self.process.returncode}:\n{self.output}"
        self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
            return f"understudy {self.verb} did not end within 30 s:\n{self.output}"
        output = self.output
        if status != 0 or "*** Signal" in output or "Fatal error" in output:
            return f"understudy {self.verb} ended with {status}:\n{output}"
        return None

    # What tests ask of it

    @staticmethod
    def request(base, method, target, body=None, headers=None):
        """One exchange: `status`, `fields` (names in lower case), `content`, `json`."""
        connection = http.client.HTTPConnection(base.partition("://")[2], timeout=60)
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            value = None
        return types.SimpleNamespace(
            status=response.status, fields={name.lower(): text for name, text in response.getheaders()}, content=content, json=value)

    def api(self, method, path, body=None, headers=None):
        """Calls the management API, `path` behind /api/v1, as super admin unless `headers` have an Authorization of their own."""
        return self.request(self.admin, method, "/api/v1" + path, body, {"Authorization": f"Bearer {self.token}"} | (headers or {}))

    def call(self, target, method="GET", body=None, headers=None):
        """Sends a request through the front door."""
        return self.request(self.front, method, target, body, headers)

    def cli(self, *arguments, check=True):
        """Runs a command of the program beside it, in the same folder."""
        done = subprocess.run([BINARY, *[str(argument) for argument in arguments]], cwd=self.home, env=environment(self.home),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if check:
            assert done.returncode == 0, f"understudy {' '.join(map(str, arguments))}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    @property
    def newest(self):
        """The number of the newest exchange; 0 without one."""
        found = self.api("GET", "/history?limit=1").json["exchanges"]
        return found[0]["id"] if found else 0

    def record(self, count=1, targets=None):
        """Sends so many GET requests (or these targets) through the front door and waits until all are in the history."""
        some = ["/users", "/users/1", "/orders?page=1", "/users/2", "/orders/12", "/page.html", "/image.png", "/gzip", "/text"]
        targets = targets or [some[n] if n < len(some) else f"/users/{n}" for n in range(count)]
        before = self.newest
        for target in targets:
            self.call(target)
        return until(lambda: (newest := self.newest) >= before + len(targets) and newest, 30, f"{len(targets)} exchanges are in the history")
