#!/bin/bash
# How long three servers take no writes when their leader is lost, in the acceptance lab (network namespaces, as root).
#   CONSUL=/path/to/program test/bench/fail-over.sh [kill|partition] [RAFT_MULTIPLIER, default 5] [ROUNDS, default 3]
# kill: `kill -9` of the leader. partition: its link goes down, so that nothing but silence tells of it.
# Prints a line a round, in milliseconds to the next write that a follower answers with success, and the median.
# Run it with both programs in turn, some rounds each, and compare the medians.
. "$(dirname "$0")/../../../shared/acceptance/lab.sh"
HOW=${1:-kill} MULTIPLIER=${2:-5} ROUNDS=${3:-3}
lab_up 3
echo "performance { raft_multiplier = $MULTIPLIER }" >"$WORK/c.hcl"
up() {
  spawn "$1" agent "$CONSUL" agent -server -bootstrap-expect=3 -data-dir="$WORK/$1/data" -bind="$(addr "$1")" -client=0.0.0.0 \
    -node="host$1" -config-file="$WORK/c.hcl" -retry-join="$(addr $(($1 % 3 + 1)))" -retry-interval=1s
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
  if [ "$HOW" = kill ]; then stop "$lost" agent -KILL; else partition "$lost"; fi
  until on "$asked" curl -sf -m 1 -X PUT -d "$round" 127.0.0.1:8500/v1/kv/after | grep -q true; do sleep 0.02; done
  times+=($((($(date +%s%N) - from) / 1000000)))
  echo "$HOW $round: ${times[-1]} ms"
  if [ "$HOW" = kill ]; then up "$lost"; else heal "$lost"; fi
  until_ok 120 all_healthy || { echo 'the cluster did not become healthy again'; exit 1; }
  sleep 2
done
printf '%s\n' "${times[@]}" | sort -n | awk '{t[NR]=$1} END {print "median of " NR ": " (NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2) " ms"}'
