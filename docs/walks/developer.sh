#!/bin/sh
# A core developer has changed CPython, and wants to know that macOS still gets a working Python. `$1` is the checkout of CPython.
set -e
cpython=${1:?name the checkout of CPython}
cargo xtask doctor
cargo xtask plan --source-dir "$cpython"
cargo xtask build --source-dir "$cpython" --only python
cargo xtask build --source-dir "$cpython"
cargo xtask test --source-dir "$cpython"
cargo xtask status --source-dir "$cpython"
