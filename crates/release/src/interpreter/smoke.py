"""Uses an installed Python for real, part by part; every part is a process of its own.

    python3 smoke.py FRAMEWORK VERSION MODULE...     all parts; exit code 1 and one line for each that failed
    python3 smoke.py --part NAME ARGS                one part

For every Python from 3.3 on: no syntax that is younger, and what came later is used where it is there.
"""

import faulthandler
import importlib
import os
import subprocess
import sys
import tempfile

LIMIT = float(os.environ.get("PART_LIMIT", 60))  # seconds that a part may take


def said(command, **options):
    """Exit code, output and errors of a command."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, **options
    )
    output, errors = process.communicate()
    return process.returncode, output, errors


def version(framework, expected):
    import platform
    import sysconfig

    assert platform.python_version() == expected, platform.python_version()
    assert sys.platform == "darwin", sys.platform
    assert os.uname().sysname == "Darwin", os.uname()
    assert sysconfig.get_platform().startswith("macosx-"), sysconfig.get_platform()
    assert sysconfig.get_config_var("PYTHONFRAMEWORK") == framework
    locks = not hasattr(sys, "_is_gil_enabled") or sys._is_gil_enabled()
    assert locks == (framework == "Python"), "the global interpreter lock is {}".format("on" if locks else "off")
    assert os.path.isdir(sysconfig.get_path("stdlib")), sysconfig.get_path("stdlib")
    assert sys.prefix == sys.base_prefix
    assert sys.executable.startswith(sys.prefix), sys.executable


def modules(*names):
    failed = []
    for name in names:
        # A crash while importing is explained by the last line.
        print("import", name, flush=True)
        try:
            importlib.import_module(name)
        except ImportError as error:
            failed.append("{}: {}".format(name, error))
    assert not failed, "; ".join(failed)


def hashes():
    import hashlib
    import hmac

    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hashlib.sha256(b"abc").hexdigest() == expected
    if sys.version_info >= (3, 6):
        assert hashlib.new("sha512_256", b"abc").hexdigest().startswith("53048e26")
        assert hashlib.blake2b(b"abc").hexdigest().startswith("ba80a53f")
        assert len(hashlib.scrypt(b"a", salt=b"b", n=16, r=8, p=1)) == 64
    assert hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", hashlib.md5).hexdigest().startswith("80070713")


def compression():
    import bz2
    import lzma
    import zlib

    codecs = [bz2, lzma, zlib]
    if sys.version_info >= (3, 14):
        codecs.append(importlib.import_module("compression.zstd"))
    data = bytes(range(256)) * 1000
    for codec in codecs:
        assert codec.decompress(codec.compress(data)) == data, codec
    assert zlib.crc32(b"123456789") == 0xCBF43926


def database():
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table text using fts5(line)")
    connection.executemany("insert into text values (?)", [("first line",), ("second line",)])
    assert connection.execute("select count(*) from text where text match 'second'").fetchone() == (1,)
    assert connection.execute("select json_extract('[1, 2]', '$[1]')").fetchone() == (2,)


def foreign():
    import ctypes
    import ctypes.util

    library = ctypes.CDLL(ctypes.util.find_library("c"))
    assert library.abs(-3) == 3
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    numbers = (ctypes.c_int * 4)(3, 1, 4, 1)
    library.qsort(numbers, 4, 4, compare(lambda a, b: a[0] - b[0]))
    assert list(numbers) == [1, 1, 3, 4]


def numbers():
    import cmath
    import decimal
    import math

    assert str(decimal.Decimal(2).sqrt()) == "1.414213562373095048801688724"
    assert abs(math.lgamma(5) - math.log(24)) < 1e-14 and cmath.phase(-1) == math.pi
    assert 3**200 % 10**9 == pow(3, 200, 10**9)
    assert float("1e308") * 10 == float("inf") and repr(0.1 + 0.2) == "0.30000000000000004"


def certificates():
    """The folder with those of the test suite."""
    import sysconfig

    tests = os.path.join(sysconfig.get_path("stdlib"), "test")
    # Since 3.12.
    own = os.path.join(tests, "certdata")
    return own if os.path.isdir(own) else tests


def secure():
    """Talks TLS to itself, with a certificate from the test suite."""
    import socket
    import ssl
    import threading

    assert ssl.OPENSSL_VERSION.startswith("OpenSSL 3"), ssl.OPENSSL_VERSION
    tests = certificates()
    if sys.version_info < (3, 6):
        # Before contexts for one side.
        certificate = os.path.join(tests, "keycert.pem")
        server = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        client = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        name = {}
    else:
        certificate = os.path.join(tests, "keycert3.pem")
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        client = ssl.create_default_context(cafile=os.path.join(tests, "pycacert.pem"))
        name = {"server_hostname": "localhost"}
    server.load_cert_chain(certificate)
    one, other = socket.socketpair()

    def answer():
        end = server.wrap_socket(other, server_side=True)
        end.sendall(end.recv(100).upper())
        end.close()

    answering = threading.Thread(target=answer)
    answering.start()
    end = client.wrap_socket(one, **name)
    end.sendall(b"hello")
    assert end.recv(100) == b"HELLO" and end.cipher()[1] in ("TLSv1.2", "TLSv1.3"), end.cipher()
    answering.join()
    end.close()


def trusted():
    """Asks servers as any program does that says nothing about trust: the system's list has the authority of one."""
    import http.server
    import ssl
    import threading
    import urllib.error
    import urllib.request

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *args):
            pass

    def ask(certificate):
        server = http.server.HTTPServer(("localhost", 0), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(certificates(), certificate))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        try:
            with urllib.request.urlopen("https://localhost:{}/".format(server.server_port)) as answer:
                return answer.read()
        finally:
            answering.join()
            server.server_close()

    assert ask("keycert3.pem") == b"hello"
    try:
        ask("keycert.pem")
    except urllib.error.URLError as error:
        assert isinstance(error.reason, ssl.SSLCertVerificationError), error
    else:
        raise AssertionError("a certificate of nobody's is trusted")


def tcl():
    """Tcl alone, since nothing may open a window here: its scripts, and events, which it gets from macOS's run loop."""
    import tkinter

    interpreter = tkinter.Tcl()
    assert interpreter.eval("info patchlevel").startswith(str(tkinter.TclVersion)), interpreter.eval("info patchlevel")
    assert interpreter.eval("expr {6 * 7}") == "42"
    library = interpreter.eval("info library")
    # Both frameworks use that of the first.
    own = sys.prefix.replace("PythonT.framework", "Python.framework")
    assert os.path.samefile(library, os.path.join(own, "lib", "tcl{}".format(tkinter.TclVersion))), library
    interpreter.eval("package require msgcat")
    interpreter.eval("after 10 {set fired yes}; vwait fired")
    assert interpreter.getvar("fired") == "yes"
    assert interpreter.eval("encoding convertto utf-8 \u00e9") in ("\u00c3\u00a9", b"\xc3\xa9")
    called = []
    interpreter.createcommand("called", lambda *args: called.append(args))
    interpreter.eval("called 1 {two words}")
    assert called == [("1", "two words")], called


def terminal():
    import curses
    import pty
    import readline
    import termios

    readline.add_history("line")
    assert readline.get_current_history_length() == 1
    if sys.version_info >= (3, 4):
        # 3.3 counts as the libedit of its time did.
        assert readline.get_history_item(1) == "line"
    assert getattr(readline, "backend", "editline") == "editline", readline.backend
    leader, follower = pty.openpty()
    attributes = termios.tcgetattr(follower)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(follower, termios.TCSANOW, attributes)
    assert not termios.tcgetattr(follower)[3] & termios.ECHO
    os.write(leader, b"hello\n")
    assert os.read(follower, 100) == b"hello\n"
    curses.setupterm("xterm", follower)
    assert curses.tigetstr("cr") == b"\r"
    child, screen = pty.fork()
    if child == 0:
        os._exit(panels())
    while True:
        try:
            if not os.read(screen, 1000):
                break
        except OSError:
            break
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 7


def panels():
    """Two modules that draw on one screen."""
    import curses
    import curses.panel

    window = curses.initscr()
    panel = curses.panel.new_panel(window)
    found = curses.panel.top_panel() is panel
    curses.endwin()
    return 7 if found else 1


def threads():
    import concurrent.futures
    import queue
    import threading

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda number: number * number, range(1000))) == 332833500
    results = queue.Queue()
    local = threading.local()

    def work(number):
        local.number = number
        results.put(local.number)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(results.queue) == list(range(20))


def sockets():
    import select
    import socket
    import socketserver
    import threading

    class Answer(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(self.rfile.readline().upper())

    server = socketserver.TCPServer(("127.0.0.1", 0), Answer)
    answering = threading.Thread(target=server.handle_request)
    answering.start()
    connection = socket.create_connection(server.server_address)
    connection.sendall(b"hello\n")
    queue = select.kqueue()
    queue.control([select.kevent(connection, select.KQ_FILTER_READ, select.KQ_EV_ADD)], 0)
    assert [event.ident for event in queue.control(None, 1, 10)] == [connection.fileno()]
    assert connection.recv(100) == b"HELLO\n"
    answering.join()
    connection.close()
    server.server_close()


def events():
    import asyncio

    class Answer(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport

        def data_received(self, data):
            self.transport.write(data.upper())
            self.transport.close()

    class Ask(asyncio.Protocol):
        def connection_made(self, transport):
            transport.write(b"hello\n")

        def data_received(self, data):
            heard.append(data)

        def connection_lost(self, error):
            done.set_result(error)

    heard = []
    loop = asyncio.new_event_loop()
    done = loop.create_future()
    server = loop.run_until_complete(loop.create_server(Answer, "127.0.0.1", 0))
    loop.run_until_complete(loop.create_connection(Ask, *server.sockets[0].getsockname()[:2]))
    assert loop.run_until_complete(asyncio.wait_for(done, 10)) is None
    assert heard == [b"HELLO\n"], heard
    server.close()
    loop.close()


def processes():
    code = "import sys; print(sys.platform); sys.exit(3)"
    expected = 3, "darwin\n", ""
    ended = said([sys.executable, "-c", code])
    assert ended == expected, ended
    ended = said("'{}' -c '{}'".format(sys.executable, code), shell=True)
    assert ended == expected, ended
    child = os.fork()
    if child == 0:
        os._exit(4)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 4
    if hasattr(os, "posix_spawn"):
        child = os.posix_spawn(sys.executable, ["python", "-c", "raise SystemExit(5)"], os.environ)
        assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 5


def launcher():
    """The stubs in bin start the interpreter in the framework's application."""
    for name in "python3", "python3.{}".format(sys.version_info.minor):
        stub = os.path.join(sys.prefix, "bin", name)
        ended = said([stub, "-c", "import sys; print(sys.prefix)"])
        assert ended[1].strip() == sys.prefix, (stub, ended)


def parallel():
    import concurrent.futures
    import multiprocessing

    how = {}
    if sys.version_info >= (3, 7):
        how["mp_context"] = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(2, **how) as pool:
        assert list(pool.map(abs, [-1, -2, 3])) == [1, 2, 3]


def packages():
    """A virtual environment, pip from its bundled wheel, and a package that it installs without a network."""
    import base64
    import hashlib
    import venv
    import zipfile

    with tempfile.TemporaryDirectory() as folder:
        home = os.path.join(folder, "venv")
        python = os.path.join(home, "bin", "python")
        if sys.version_info < (3, 4):
            # Before pip came with Python.
            venv.create(home)
            ended = said([python, "-c", "import sys; print(sys.prefix != sys.base_prefix)"])
            assert ended == (0, "True\n", ""), ended
            return
        venv.create(home, with_pip=True)
        wheel = os.path.join(folder, "sample-1.0-py3-none-any.whl")
        files = {
            "sample.py": "print('installed')\n",
            "sample-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: sample\nVersion: 1.0\n",
            "sample-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: smoke\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = ""
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
                digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
                record += "{},sha256={},{}\n".format(name, digest, len(text))
            archive.writestr("sample-1.0.dist-info/RECORD", record + "sample-1.0.dist-info/RECORD,,\n")
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--no-index", wheel]
        ended = said(pip)
        assert ended[0] == 0, ended
        ended = said([python, "-m", "sample"])
        assert ended == (0, "installed\n", ""), ended


def installed(tools):
    """What the installer's scripts leave: bytecode that fits the library, and pip where Python is linked."""
    import re
    import sysconfig

    if sys.version_info < (3, 4):
        import imp as names

        magic = names.get_magic()
    else:
        import importlib.util as names

        magic = names.MAGIC_NUMBER
    if sys.version_info >= (3, 7):
        magic += bytes(4)
    library = sysconfig.get_path("stdlib")
    compiled = 0
    for folder, _, files in os.walk(library):
        if re.match("(site-packages|test|lib2to3/tests)(/|$)", os.path.relpath(folder, library)):
            continue
        for source in (os.path.join(folder, name) for name in files if name.endswith(".py")):
            with open(names.cache_from_source(source), "rb") as file:
                head = file.read(len(magic) + 8)
            status = os.stat(source)
            stamp = (int(status.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little") + status.st_size.to_bytes(4, "little")
            assert head == magic + stamp, source
            compiled += 1
    assert compiled > 500, compiled
    if sys.version_info >= (3, 4):
        for name in "pip3", "pip3.{}".format(sys.version_info.minor):
            ended = said([os.path.join(tools, name), "--version"])
            assert ended[0] == 0 and sysconfig.get_path("purelib") in ended[1], ended


PARTS = [
    compression, database, foreign, hashes, launcher, numbers, packages, parallel, processes, secure, sockets, terminal,
    threads,
]
if sys.version_info >= (3, 4):
    PARTS.append(events)


def run(name, *args):
    command = [sys.executable, "-B", __file__, "--part", name] + list(args)
    return name, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def main():
    if sys.argv[1] == "--part":
        faulthandler.enable()
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        globals()[sys.argv[2]](*sys.argv[3:])
        return 0
    failed = 0
    parts = PARTS + [tcl] if "_tkinter" in sys.argv[3:] else PARTS
    at_once = os.cpu_count() or 1 if sys.version_info >= (3, 4) else 2
    waiting = [["version"] + sys.argv[1:3], ["modules"] + sys.argv[3:]] + [(part.__name__,) for part in parts]
    waiting.sort(key=lambda part: part[0] not in ("packages", "parallel"))
    running = []
    while waiting or running:
        while waiting and len(running) < at_once:
            running.append(run(*waiting.pop(0)))
        name, process = running.pop(0)
        output = process.communicate()[0].decode(errors="replace")
        if process.returncode:
            failed += 1
            lines = output.strip().splitlines()[-15:]
            print("FAILED {}: exit code {}".format(name, process.returncode), *lines, sep="\n  ")
        else:
            print("ok", name)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
