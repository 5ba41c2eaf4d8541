#!/bin/bash
# How long three servers take no writes when their leader is lost, each on a host of its own (network namespaces, as root).
#   CONSUL=/path/to/program test/bench/fail-over.sh [kill|partition] [RAFT_MULTIPLIER, default 5] [ROUNDS, default 3]
# kill: `kill -9` of the leader. partition: its link goes down, so that nothing but silence tells of it.
# Prints a line a round, in milliseconds to the next write that a follower answers with success, and the median.
# Run it with both programs in turn, some rounds each, and compare the medians.
set -u
CONSUL=${CONSUL:-$(dirname "$0")/../../bin/consul}
HOW=${1:-kill} MULTIPLIER=${2:-5} ROUNDS=${3:-3}
NET=failover$$
WORK=$(mktemp -d)

addr() { echo "10.99.77.$1"; }
on() { local h=$1; shift; ip netns exec "$NET-$h" "$@"; }
hosts_up() {
  ip netns add "$NET" && ip -n "$NET" link add br0 type bridge && ip -n "$NET" link set br0 up || exit 1
  for h in 1 2 3; do
    ip netns add "$NET-$h"
    ip -n "$NET" link add "v$h" type veth peer name eth0 netns "$NET-$h"
    ip -n "$NET" link set "v$h" master br0 up
    ip -n "$NET-$h" addr add "$(addr "$h")/24" dev eth0
    ip -n "$NET-$h" link set lo up && ip -n "$NET-$h" link set eth0 up
    mkdir "$WORK/$h"
  done
}
hosts_down() {
  for h in 1 2 3; do kill_agent "$h"; ip netns del "$NET-$h"; done
  ip netns del "$NET"; rm -rf "$WORK"
}
kill_agent() { local pid; pid=$(cat "$WORK/$1/pid") && kill -9 "$pid" && wait "$pid"; } 2>/dev/null
until_ok() { local end=$((SECONDS + $1)); shift; until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.3; done; }

hosts_up; trap hosts_down EXIT
echo "performance { raft_multiplier = $MULTIPLIER }" >"$WORK/c.hcl"
up() {
  # Not through `on`: the pid is to be the program's own.
  ip netns exec "$NET-$1" "$CONSUL" agent -server -bootstrap-expect=3 -data-dir="$WORK/$1/data" -bind="$(addr "$1")" -client=0.0.0.0 \
    -node="host$1" -config-file="$WORK/c.hcl" -retry-join="$(addr $(($1 % 3 + 1)))" -retry-interval=1s >"$WORK/$1/log" 2>&1 </dev/null &
  echo $! >"$WORK/$1/pid"
}
healthy() { on "$1" curl -sf -m 2 127.0.0.1:8500/v1/operator/autopilot/health | grep -q '"FailureTolerance": *1'; }
all_healthy() { healthy 1 && healthy 2 && healthy 3; }
leader() {
  local h a
  for h in 1 2 3; do
    a=$(on "$h" curl -sf -m 1 127.0.0.1:8500/v1/status/leader | tr -d '"') && [ -n "$a" ] && { a=${a%:*}; echo "${a##*.}"; return; }
  done
  return 1
}
for h in 1 2 3; do up "$h"; done
until_ok 60 all_healthy || { echo 'the cluster did not become healthy'; exit 1; }
sleep 2
times=()
for round in $(seq "$ROUNDS"); do
  lost=$(leader); asked=$((lost % 3 + 1)); from=$(date +%s%N)
  if [ "$HOW" = kill ]; then kill_agent "$lost"; else ip -n "$NET" link set "v$lost" down; fi
  until on "$asked" curl -sf -m 1 -X PUT -d "$round" 127.0.0.1:8500/v1/kv/after | grep -q true; do sleep 0.02; done
  times+=($((($(date +%s%N) - from) / 1000000)))
  echo "$HOW $round: ${times[-1]} ms"
  if [ "$HOW" = kill ]; then up "$lost"; else ip -n "$NET" link set "v$lost" up; fi
  until_ok 120 all_healthy || { echo 'the cluster did not become healthy again'; exit 1; }
  sleep 2
done
printf '%s\n' "${times[@]}" | sort -n | awk '{t[NR]=$1} END {print "median of " NR ": " (NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2) " ms"}'
