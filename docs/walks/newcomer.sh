#!/bin/sh
# Somebody types what comes to mind, outside of any checkout.
tool=cpython-macos-release
run() {
  printf '$ %s\n' "$*"
  "$@" 2>&1
  printf '[exit code %s]\n\n' "$?"
}

run $tool
run $tool --version
run $tool help expand
run $tool verfiy x.pkg
run $tool verify x.pkg
run $tool release 3.13.5
run $tool release 3.13.5 -j 0
run $tool install x.pkg
run $tool --repo nowhere list
