"""Computes things that come out the same on every processor, and prints them, a line each.

Functions of the C library's `math` are left out: they are the system's, and their last bit may differ."""

import bz2
import ctypes
import decimal
import dis
import fractions
import hashlib
import io
import json
import lzma
import os
import pickle
import random
import re
import sqlite3
import string
import struct
import sys
import sysconfig
import unicodedata
import zlib

DATA = bytes(random.Random(5).randrange(256) for _ in range(1 << 12)) * 64


def digest(data):
    return hashlib.sha256(data if isinstance(data, bytes) else repr(data).encode()).hexdigest()[:32]


def hashes():
    for name in sorted(hashlib.algorithms_available):
        made = hashlib.new(name)
        # Of every length up to several blocks, so that all ways through the code are taken.
        for length in range(0, 600, 7):
            made.update(DATA[:length])
        yield name, made.hexdigest(32) if name.startswith("shake") else made.hexdigest()
    yield "pbkdf2", hashlib.pbkdf2_hmac("sha512", b"password", b"salt", 1000).hex()
    yield "scrypt", hashlib.scrypt(b"password", salt=b"salt", n=64, r=8, p=1).hex()
    yield "crc32", zlib.crc32(DATA), zlib.adler32(DATA)


def floats():
    bits = random.Random(7)
    values = [struct.unpack("<d", struct.pack("<Q", bits.getrandbits(64)))[0] for _ in range(20000)]
    yield "repr", digest([repr(value) for value in values])
    yield "sum", digest([repr(one * other + one / (other or 1)) for one, other in zip(values, values[1:])])
    yield "parts", digest([(value.hex(), value == value and abs(value) < 1e300 and value.as_integer_ratio()) for value in values])
    yield "formats", digest(["%.17g %e %.3f" % (value, value, value) for value in values if abs(value) < 1e30])
    yield "complex", repr(complex(1.5, -0.0) ** 2), repr(pow(2, 0.5)), round(2.675, 2), 1e16 + 1, -7 // 2, divmod(-7.5, 2)
    yield "integers", digest([pow(3, exponent, 10 ** 40 + exponent) for exponent in range(500)]), digest(7 ** 5000)
    yield "fractions", fractions.Fraction(355, 113).limit_denominator(50)
    context = decimal.Context(prec=200)
    yield "decimal", context.sqrt(2), context.exp(1), context.ln(10), context.power(decimal.Decimal("1.1"), 999)


def layouts():
    # A `long double` is a `double` on 64-bit ARM alone.
    types = [(name, getattr(ctypes, name)) for name in dir(ctypes) if name.startswith("c_") and name not in ("c_buffer", "c_longdouble")]
    yield "sizes", [(name, ctypes.sizeof(of), ctypes.alignment(of)) for name, of in types]

    class Mixed(ctypes.Structure):
        _fields_ = [("a", ctypes.c_char), ("b", ctypes.c_longlong), ("c", ctypes.c_short), ("d", ctypes.c_double),
                    ("e", ctypes.c_int, 3), ("f", ctypes.c_int, 7), ("g", ctypes.c_wchar), ("h", ctypes.c_bool)]

    yield "structure", [(field[0], getattr(Mixed, field[0]).offset) for field in Mixed._fields_]
    yield "struct", [(code, struct.calcsize("@" + code)) for code in "xcbB?hHiIlLqQnNefdspP"]
    yield "char", struct.pack("@bhilqfd", -1, -2, -3, -4, -5, 1.5, 2.5).hex(), ctypes.c_char(255).value, sys.maxsize
    yield "unicode", sys.maxunicode, unicodedata.unidata_version, sys.byteorder, sys.hash_info, sys.float_info, sys.int_info


def storage():
    for name, pack in [("zlib", zlib.compress), ("bz2", bz2.compress), ("lzma", lzma.compress)]:
        packed = pack(DATA + string.printable.encode() * 500)
        yield name, len(packed), digest(packed)
    things = [{"a": [1, 2.5, "é", None, True, b"x"], "b": (1 << 70, -1), "c": frozenset([3])}, complex(1, 2), range(5)]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield "pickle", protocol, digest(pickle.dumps(things, protocol))
    yield "json", json.dumps({"z": [1.1, 1e100, "\u1234\U0001f600"], "a": None}, sort_keys=True), json.loads("[1E400, -0.0]")
    database = sqlite3.connect(":memory:")
    database.execute("create table t (n integer primary key, x real, y text)")
    database.executemany("insert into t values (?, ?, ?)", [(n, n / 7, str(n) * 3) for n in range(2000)])
    yield "sqlite", sqlite3.sqlite_version, list(database.execute("select sum(x), avg(n), max(y), total(x * n) from t"))
    yield "rows", digest(list(database.execute("select y, round(x, 3), printf('%.12g', x) from t order by y desc")))
    yield "options", list(database.execute("pragma compile_options"))


def contents(code):
    """Of a code object and those in it. `marshal` depends on how often constants are referred to at the moment."""
    yield code.co_code, code.co_names, code.co_varnames, code.co_flags, code.co_stacksize, code.co_firstlineno
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            yield from contents(constant)
        else:
            yield repr(constant)


def compiled():
    library = sysconfig.get_path("stdlib")
    for folder, folders, files in os.walk(library):
        folders[:] = sorted(set(folders) - {"test", "site-packages", "lib2to3", "__pycache__", "idlelib"})
        out = io.StringIO()
        codes = []
        # Some of it: all of it takes minutes in an emulator.
        for name in sorted(files)[:: 1 if folder != library else 8]:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as file:
                    code = compile(file.read(), name, "exec")
                codes.append(list(contents(code)))
                dis.dis(code, depth=0, file=out)
        yield os.path.relpath(folder, library), len(codes), digest(codes), digest(re.sub(" at 0x[0-9a-f]+", "", out.getvalue()))


def settings():
    yield "platform", sys.platform, sysconfig.get_platform(), sys.version, sys.abiflags, sys.implementation.cache_tag
    root = sys.base_prefix
    values = sysconfig.get_config_vars().items()
    yield "variables", digest(sorted((name, repr(value).replace(root, "")) for name, value in values if "/" not in repr(value)))


# Sets come in the order of their members' hashes, which differ each time otherwise.
if os.environ.get("PYTHONHASHSEED") != "0":
    os.execve(sys.executable, [sys.executable, "-B", __file__], dict(os.environ, PYTHONHASHSEED="0"))
for part in hashes, floats, layouts, storage, compiled, settings:
    for line in part():
        print(part.__name__, *line)
