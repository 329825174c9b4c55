"""Small benchmarks of the interpreter and of its C code: one line each, `NAME SECONDS`, the best of some runs."""

import decimal
import hashlib
import itertools
import json
import pickle
import re
import time

RUNS = 5


def queens(size=8):
    columns = range(size)
    found = 0
    for places in itertools.permutations(columns):
        if len({places[i] + i for i in columns}) == size == len({places[i] - i for i in columns}):
            found += 1
    return found


def floats(steps=200_000):
    x, y, dx, dy = 1.0, 0.0, 0.0, 1.0
    for _ in range(steps):
        distance = (x * x + y * y) ** 1.5
        dx -= 0.001 * x / distance
        dy -= 0.001 * y / distance
        x += 0.001 * dx
        y += 0.001 * dy
    return x


class Node:
    def __init__(self, depth):
        self.left = Node(depth - 1) if depth else None
        self.right = Node(depth - 1) if depth else None

    def count(self):
        return 1 + (self.left.count() if self.left else 0) + (self.right.count() if self.right else 0)


def objects():
    return Node(14).count()


def text():
    words = [f"word{number:05}" for number in range(60_000)]
    joined = " ".join(words)
    return len({word.upper(): len(word) for word in joined.split()}), joined.count("9")


def sorting():
    numbers = [number * 7919 % 100_003 for number in range(150_000)]
    return sorted(numbers)[:3], sorted(numbers, key=lambda number: -number)[:3]


DATA = [{"id": number, "name": f"item {number}", "values": [number / 3, None, True]} for number in range(6000)]


def json_both_ways():
    return len(json.loads(json.dumps(DATA)))


def pickle_both_ways():
    return len(pickle.loads(pickle.dumps(DATA * 4)))


TEXT = "The quick brown fox, 12 years old, jumps over 7 lazy dogs at fox@example.org. " * 1500


def regular_expressions():
    return len(re.findall(r"\b(\w+)@(\w+)\.org\b|\d+", TEXT)), len(re.sub(r"[aeiou]+", "*", TEXT))


def hashes():
    return hashlib.blake2b(bytes(24_000_000)).hexdigest()


def decimals():
    context = decimal.Context(prec=3000)
    return str(context.sqrt(decimal.Decimal(2)))[-5:], str(context.exp(decimal.Decimal("1.5")))[-5:]


def big_integers():
    return pow(3, 40_000) % pow(10, 9) + len(str(7**5000))


BENCHMARKS = [
    queens, floats, objects, text, sorting,
    json_both_ways, pickle_both_ways, regular_expressions, hashes, decimals, big_integers,
]

for benchmark in BENCHMARKS:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        benchmark()
        times.append(time.perf_counter() - began)
    print(benchmark.__name__, min(times), flush=True)
