#!/bin/sh
# What a shell sees of fastccg-sim: usage, first line, exit status. Usage: program_test.sh PROGRAM
program=$1
folder=$(mktemp -d)
pid=
trap 'if [ -n "$pid" ]; then kill -9 "$pid" 2>/dev/null; fi; rm -rf "$folder"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Runs the program in the background until it has written its first line.
start() {
  : >"$folder/out"
  "$program" "$@" >"$folder/out" 2>"$folder/err" &
  pid=$!
  until [ -s "$folder/out" ]; do
    kill -0 "$pid" 2>/dev/null || fail "ended early: $(cat "$folder/err")"
  done
  url=$(head -n 1 "$folder/out")
}

stop() {
  kill "-$1" "$pid"
  wait "$pid"
  status=$?
  pid=
  [ "$status" -eq 0 ] || fail "exit status $status after SIG$1"
}

refused() {
  "$program" "$@" >"$folder/out" 2>"$folder/err"
  status=$?
  [ "$status" -eq 2 ] || fail "exit status $status for: $*"
  [ -s "$folder/out" ] && fail "output for: $*"
  grep -q '^fastccg-sim: ' "$folder/err" || fail "no explanation for: $*"
}

for signal in INT TERM; do
  start --seed 7 --latency-ms=1 --tokens-per-second 10000 --fault 'status;code=503;path=/models' --key k --log "$folder/log"
  echo "$url" | grep -Eqx 'http://127\.0\.0\.1:[0-9]+' || fail "first line is '$url'"
  stop "$signal"
done

start
port=${url##*:}
"$program" --port "$port" >"$folder/out2" 2>"$folder/err2" && fail "took a port that is taken"
grep -q "127.0.0.1:$port" "$folder/err2" || fail "a taken port is not explained: $(cat "$folder/err2")"
stop TERM

"$program" --help | grep -q -- '--fault FAULT' || fail "--help"
"$program" --help | grep -q 'stall-mid-stream' || fail "--help does not list the faults"
"$program" --version | grep -Eqx 'fastccg-sim [0-9.]+' || fail "--version"

refused --nonsense
refused stray
refused --port
refused --port 70000
refused --port x
refused --latency-ms -1
refused --tokens-per-second -1
refused --fault nonsense
refused --script "$folder/absent.json"
echo '[{"reply":{"txt":1}}]' >"$folder/bad.json"
refused --script "$folder/bad.json"
refused --log "$folder/absent/log"
