#!/usr/bin/env bash
# Runs targets one after the other, one process each: `fuzz/run.sh SECONDS [TARGET...]`, after `fuzz/build.sh` and
# `fuzz/seeds.sh`.
#
# Ends with a table; what libFuzzer said is in logs/TARGET.log, what it found in artifacts/TARGET. After a finding a
# target goes on with what is left of its time. Exit status 1 when there was one. On a machine with other work
# FERROCYTE_FUZZ_TIMEOUT gives an input more than five seconds. What took more than one is in artifacts/TARGET as
# slow-unit-*, to be run again alone with a look at its processor time.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=$1
shift
[ $# -gt 0 ] || set -- $(sed -n 's/^name = "\(.*\)"$/\1/p' Cargo.toml | grep -v ferrocyte-fuzz)

# Freed memory would be kept for a while, and counted; libdeflate has one static array in two of its files.
export ASAN_OPTIONS="quarantine_size_mb=16:detect_odr_violation=0:detect_leaks=0:${ASAN_OPTIONS:-}"
# Which words help which target.
declare -A dictionary=(
  [h5ad]=hdf5 [annotated_copy]=hdf5 [tenx_h5]=hdf5 [loom]=hdf5 [h5mu]=hdf5 [dense_h5]=hdf5 [tenx_mtx]=mtx [tenx_archive]=tar [text_table]=text [numpy]=numpy [pickle]=pickle
  [model]=model [zarr]=zarr [gene_table]=genes
)

mkdir -p logs/programs
for target in "$@"; do # copies, so that a build can go on meanwhile
  cp target/*/release/"$target" logs/programs/ || exit 2
done

printf '%-14s %8s %11s %9s %9s %8s %9s %9s\n' target minutes executions per_sec coverage corpus peak_MiB findings
failed=0
for target in "$@"; do
  mkdir -p "corpus/$target" "artifacts/$target"
  : >"logs/$target.log"
  began=$SECONDS findings=0 executions=0
  while left=$((seconds - (SECONDS - began))); [ "$left" -gt 0 ] && [ "$findings" -lt 20 ]; do
    words=${dictionary[$target]:-}
    nice -n 5 "logs/programs/$target" "corpus/$target" ${words:+-dict=dictionaries/$words} \
      -max_total_time="$left" -timeout="${FERROCYTE_FUZZ_TIMEOUT:-5}" -report_slow_units=1 \
      -rss_limit_mb=2048 -malloc_limit_mb=512 -max_len=200000 \
      -artifact_prefix="artifacts/$target/" -print_final_stats=1 >"logs/$target.part" 2>&1
    status=$?
    cat "logs/$target.part" >>"logs/$target.log"
    units=$(sed -n 's/^stat::number_of_executed_units: *//p' "logs/$target.part" | tail -1)
    executions=$((executions + ${units:-0}))
    [ "$status" -eq 0 ] || findings=$((findings + 1))
  done
  coverage=$(grep -o 'cov: [0-9]*' "logs/$target.log" | tail -1 | cut -d' ' -f2)
  corpus=$(find "corpus/$target" -type f | wc -l)
  peak=$(sed -n 's/^stat::peak_rss_mb: *//p' "logs/$target.log" | sort -n | tail -1)
  took=$((SECONDS - began))
  printf '%-14s %8.1f %11d %9d %9d %8d %9d %9d\n' "$target" "$(awk "BEGIN { print $took / 60 }")" "$executions" \
    $((executions / (took > 0 ? took : 1))) "${coverage:-0}" "$corpus" "${peak:-0}" "$findings"
  [ "$findings" -eq 0 ] || failed=1
done
exit $failed
