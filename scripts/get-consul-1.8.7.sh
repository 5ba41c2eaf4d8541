#!/bin/sh
# Gets Consul 1.8.7, Debian 11's package `consul`, for the interop tests, and prints the path of the program.
# Needs a Debian or Ubuntu with apt and root; what it fetches stays in .cache/ of the project.
set -eu
dir=$(cd "$(dirname "$0")/.." && pwd)/.cache/consul-1.8.7
program=$dir/x/usr/bin/consul
if [ ! -x "$program" ]; then
  mkdir -p "$dir/lists/partial" "$dir/archives/partial"
  cd "$dir"
  archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1)
  [ -n "$archive" ] || { echo 'no Debian archive among the sources of apt' >&2; exit 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive bullseye main" > sources.list
  apt() {
    apt-get -qq -o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$dir/lists" \
      -o "Dir::Cache=$dir" -o APT::Sandbox::User=root -o Acquire::Languages=none "$@" >&2
  }
  apt update
  apt download consul
  dpkg -x consul_*.deb x
  rm -rf lists archives ./*.deb ./*.bin
fi
"$program" version >/dev/null
echo "$program"
