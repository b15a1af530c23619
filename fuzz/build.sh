#!/usr/bin/env bash
# Builds the targets, `fuzz/build.sh [TARGET...]`: what `cargo fuzz build` does, on the stable toolchain and without
# installing anything. `RUSTC_BOOTSTRAP=1 cargo fuzz build` gives the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
host=$(rustc -vV | sed -n 's/^host: //p')
flags=(
  --cfg fuzzing -Ccodegen-units=1
  -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-sanitizer-coverage-stack-depth
  -Cllvm-args=-simplifycfg-branch-fold-threshold=0
)
if compgen -G "$(rustc --print sysroot)/lib/rustlib/$host/lib/librustc*asan.a" >/dev/null; then
  flags+=(-Zsanitizer=address)
fi
bins=()
for target in "$@"; do bins+=(--bin "$target"); done
[ "${#bins[@]}" -gt 0 ] || bins=(--bins)
RUSTC_BOOTSTRAP=1 RUSTFLAGS="${flags[*]}" cargo build --locked --release --target "$host" "${bins[@]}"
