#!/bin/sh
# What the container runs: `agent …`, or options of the agent alone (`-server …`); another of Consul's commands; else any program.
#   CONSUL_LOCAL_CONFIG      more configuration, in JSON or HCL
#   CONSUL_BIND_INTERFACE    the interface the agent talks to other agents by
#   CONSUL_CLIENT_INTERFACE  the interface where HTTP, DNS and gRPC are served
#   CONSUL_DATA_DIR, CONSUL_CONFIG_DIR   /consul/data, /consul/config
#   CONSUL_DISABLE_PERM_MGMT   set: runs as whoever the container runs as, and changes no owners
#   CONSUL_ALLOW_PRIVILEGED_PORTS   set: ports below 1024 may be bound even where the kernel keeps them for root
set -eu
here=$(dirname "$0")
data=${CONSUL_DATA_DIR:-/consul/data}
config=${CONSUL_CONFIG_DIR:-/consul/config}

case ${1:-} in -*) set -- agent "$@" ;; esac
if [ "${1:-}" != agent ]; then
  # What is no command of ours is a program (and `join`, for one, is both).
  if consul "${1:-}" -h >/dev/null 2>&1; then set -- consul "$@"; fi
  exec "$@"
fi
shift

if [ -n "${CONSUL_CLIENT_INTERFACE:-}" ]; then address=$("$here/address-of.sh" "$CONSUL_CLIENT_INTERFACE"); set -- -client="$address" "$@"; fi
if [ -n "${CONSUL_BIND_INTERFACE:-}" ]; then address=$("$here/address-of.sh" "$CONSUL_BIND_INTERFACE"); set -- -bind="$address" "$@"; fi
if [ -n "${CONSUL_LOCAL_CONFIG:-}" ]; then
  case $(printf %s "$CONSUL_LOCAL_CONFIG" | tr -d '[:space:]') in '{'*) format=json ;; *) format=hcl ;; esac
  local=$config/local.$format
  if ! (printf '%s\n' "$CONSUL_LOCAL_CONFIG" >"$local") 2>/dev/null; then
    # Where the root file system is read-only, the folder for temporary files is not.
    local=$(mktemp --suffix=".$format" -t consul-XXXXXX)
    printf '%s\n' "$CONSUL_LOCAL_CONFIG" >"$local"
    set -- -config-file="$local" "$@"
  fi
fi
set -- consul agent -data-dir="$data" -config-dir="$config" "$@"

if [ "$(id -u)" = 0 ] && [ -z "${CONSUL_DISABLE_PERM_MGMT:-}" ]; then
  # A volume that docker made, or that another user filled, belongs to somebody else.
  owner=$(id -u consul)
  for folder in "$data" "$config"; do
    if [ -d "$folder" ] && [ "$(stat -c %u "$folder")" != "$owner" ]; then chown -R consul:root "$folder" || true; fi
  done
  if [ -n "${local:-}" ]; then chown consul:root "$local"; fi
  if [ -n "${CONSUL_ALLOW_PRIVILEGED_PORTS+set}" ]; then
    exec setpriv --reuid=consul --regid=consul --groups 0 --inh-caps=+net_bind_service --ambient-caps=+net_bind_service "$@"
  fi
  exec setpriv --reuid=consul --regid=consul --groups 0 "$@"
fi
exec "$@"
