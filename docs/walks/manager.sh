#!/bin/sh
# A release manager makes a release, and looks at it before anything is published. `$1` is the version; `$2`, if there is one, a profile
# that says who signs (docs/sign.md).
set -e
version=${1:?name the version}
cargo xtask list
cargo xtask status "$version"
cargo xtask plan "$version"
cargo xtask release "$version" ${2:+--profile "$2"}
cargo xtask verify dist/python-"$version"-*.pkg --policy unsigned
cargo xtask test "$version"
(cd dist && sha256sum -c SHA256SUMS)
for package in dist/python-"$version"-*.pkg; do cargo xtask preview "$package"; done
cargo xtask status "$version"
