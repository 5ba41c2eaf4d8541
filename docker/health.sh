#!/bin/sh
# Healthy is an agent that answers HTTP. It is asked for something that needs neither a token nor a leader.
# CONSUL_HTTP_ADDR, CONSUL_CACERT and the like tell of an agent that listens elsewhere than at 127.0.0.1:8500.
set -eu
if [ -z "${CONSUL_HTTP_ADDR:-}" ] && [ -n "${CONSUL_CLIENT_INTERFACE:-}" ]; then
  CONSUL_HTTP_ADDR=$("$(dirname "$0")/address-of.sh" "$CONSUL_CLIENT_INTERFACE"):8500
  export CONSUL_HTTP_ADDR
fi
exec consul catalog datacenters >/dev/null
