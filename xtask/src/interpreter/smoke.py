"""Uses an installed Python for real, part by part; every part is a process of its own.

    python3 smoke.py VERSION MODULE...     all parts; exit code 1 and one line for each that failed
    python3 smoke.py --part NAME ARGS      one part
"""

import faulthandler
import importlib
import os
import subprocess
import sys
import tempfile

LIMIT = 60  # seconds that a part may take


def version(expected):
    import platform
    import sysconfig

    assert platform.python_version() == expected, platform.python_version()
    assert sys.platform == "darwin", sys.platform
    assert os.uname().sysname == "Darwin", os.uname()
    assert sysconfig.get_platform().startswith("macosx-"), sysconfig.get_platform()
    assert sysconfig.get_config_var("PYTHONFRAMEWORK") == "Python"
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
            failed.append(f"{name}: {error}")
    assert not failed, "; ".join(failed)


def hashes():
    import hashlib
    import hmac

    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hashlib.sha256(b"abc").hexdigest() == expected
    assert hashlib.new("sha512_256", b"abc").hexdigest().startswith("53048e26")
    assert hashlib.blake2b(b"abc").hexdigest().startswith("ba80a53f")
    assert len(hashlib.scrypt(b"a", salt=b"b", n=16, r=8, p=1)) == 64
    assert hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", "md5").hexdigest().startswith("80070713")


def compression():
    import bz2
    import lzma
    import zlib

    data = bytes(range(256)) * 1000
    for codec in bz2, lzma, zlib:
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
    assert math.isclose(math.lgamma(5), math.log(24)) and cmath.phase(-1) == math.pi
    assert 3**200 % 10**9 == pow(3, 200, 10**9)
    assert float("1e308") * 10 == math.inf and repr(0.1 + 0.2) == "0.30000000000000004"


def secure():
    """Talks TLS to itself, through memory, with a certificate from the test suite."""
    import ssl
    import sysconfig

    assert ssl.OPENSSL_VERSION.startswith("OpenSSL 3"), ssl.OPENSSL_VERSION
    certificate = os.path.join(sysconfig.get_path("stdlib"), "test", "certdata", "keycert3.pem")
    authority = os.path.join(os.path.dirname(certificate), "pycacert.pem")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    client = ssl.create_default_context(cafile=authority)
    a_to_b, b_to_a = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(b_to_a, a_to_b, server_hostname="localhost")
    other = server.wrap_bio(a_to_b, b_to_a, server_side=True)
    waiting = [one, other]
    for _ in range(10):
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
    assert not waiting, "no handshake"
    one.write(b"hello")
    assert other.read() == b"hello" and one.version() == "TLSv1.3"


def terminal():
    import curses
    import pty
    import readline
    import termios

    readline.add_history("line")
    assert readline.get_history_item(1) == "line"
    assert readline.backend == "editline", readline.backend
    leader, follower = pty.openpty()
    attributes = termios.tcgetattr(follower)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(follower, termios.TCSANOW, attributes)
    assert not termios.tcgetattr(follower)[3] & termios.ECHO
    os.write(leader, b"hello\n")
    assert os.read(follower, 100) == b"hello\n"
    curses.setupterm("xterm", follower)
    assert curses.tigetstr("cr") == b"\r"


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
    import asyncio

    async def main():
        async def answer(reader, writer):
            writer.write((await reader.readline()).upper())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        writer.write(b"hello\n")
        assert await reader.readline() == b"HELLO\n"
        writer.close()
        server.close()

    asyncio.run(main())


def processes():
    code = "import sys; print(sys.platform); sys.exit(3)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (3, "darwin\n"), ended
    ended = subprocess.run(f"'{sys.executable}' -c '{code}'", shell=True, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (3, "darwin\n"), ended
    child = os.fork()
    if child == 0:
        os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 4
    child = os.posix_spawn(sys.executable, ["python", "-c", "raise SystemExit(5)"], os.environ)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5


def launcher():
    """The stubs in bin start the interpreter in the framework's application."""
    for name in "python3", f"python3.{sys.version_info.minor}":
        stub = os.path.join(sys.prefix, "bin", name)
        output = subprocess.run([stub, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True)
        assert output.stdout.strip() == sys.prefix, (stub, output)


def parallel():
    import concurrent.futures
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(abs, [-1, -2, 3])) == [1, 2, 3]


def packages():
    """A virtual environment, pip from its bundled wheel, and a package that it installs without a network."""
    import base64
    import hashlib
    import venv
    import zipfile

    with tempfile.TemporaryDirectory() as folder:
        home = os.path.join(folder, "venv")
        venv.create(home, with_pip=True)
        python = os.path.join(home, "bin", "python")
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
                record += f"{name},sha256={digest},{len(text)}\n"
            archive.writestr("sample-1.0.dist-info/RECORD", record + "sample-1.0.dist-info/RECORD,,\n")
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--no-index", wheel]
        ended = subprocess.run(pip, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        ended = subprocess.run([python, "-m", "sample"], capture_output=True, text=True)
        assert ended.stdout == "installed\n", ended


def installed(tools):
    """What the installer's scripts leave: bytecode that fits the library, and pip where Python is linked."""
    import importlib.util
    import re
    import sysconfig

    library = sysconfig.get_path("stdlib")
    compiled = 0
    for folder, _, names in os.walk(library):
        if re.match("(site-packages|test)(/|$)", os.path.relpath(folder, library)):
            continue
        for source in (os.path.join(folder, name) for name in names if name.endswith(".py")):
            with open(importlib.util.cache_from_source(source), "rb") as file:
                head = file.read(16)
            status = os.stat(source)
            stamp = (int(status.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little") + status.st_size.to_bytes(4, "little")
            assert head == importlib.util.MAGIC_NUMBER + bytes(4) + stamp, source
            compiled += 1
    assert compiled > 500, compiled
    for name in "pip3", f"pip3.{sys.version_info.minor}":
        ended = subprocess.run([os.path.join(tools, name), "--version"], capture_output=True, text=True)
        assert ended.returncode == 0 and sysconfig.get_path("purelib") in ended.stdout, ended


PARTS = [
    compression, database, foreign, hashes, launcher, numbers, packages, parallel, processes, secure, sockets, terminal,
    threads,
]


def run(name, *args):
    command = [sys.executable, "-B", __file__, "--part", name, *args]
    return name, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def main():
    if sys.argv[1] == "--part":
        faulthandler.enable()
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        globals()[sys.argv[2]](*sys.argv[3:])
        return 0
    failed = 0
    waiting = [("version", sys.argv[1]), ("modules", *sys.argv[2:])] + [(part.__name__,) for part in PARTS]
    waiting.sort(key=lambda part: part[0] not in ("packages", "parallel"))
    running = []
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            running.append(run(*waiting.pop(0)))
        name, process = running.pop(0)
        output = process.communicate()[0].decode(errors="replace")
        if process.returncode:
            failed += 1
            lines = output.strip().splitlines()[-15:]
            print(f"FAILED {name}: exit code {process.returncode}", *lines, sep="\n  ")
        else:
            print(f"ok {name}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
