#!/bin/sh
# An administrator has three packages of which nobody is known, and a file that was cut off. Is any of them safe to install?
tool=cpython-macos-release
run() {
  printf '$ %s\n' "$*"
  "$@" 2>&1
  printf '[exit code %s]\n\n' "$?"
}

# At a glance: who signed what, and is it whole?
run $tool verify plain.pkg stranger.pkg half.pkg notes.txt
# For those who know that company, and have its root.
run $tool verify stranger.pkg --trust-root company.pem
# What would it do?
run $tool install stranger.pkg --root disk --dry-run
# A slip of the finger, as root.
run $tool install stranger.pkg --root /
run $tool install stranger.pkg --root disk
run $tool install stranger.pkg --root disk
run $tool manifest disk
run $tool manifest notes.txt
# Is the signed one the same as the plain one?
run $tool diff plain.pkg stranger.pkg
run $tool expand half.pkg parts
