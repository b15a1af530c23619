# The same words as CONTRIBUTING.md and .ci/run; each is a cargo command that works without `just` too.

# What must hold before a change is taken, without network, Python or the larger data.
check:
    cargo fmt --all --check
    cargo lint
    cargo test --workspace
    RUSTDOCFLAGS="-D warnings" cargo docs
    cargo xtask edges

# The whole main job on real cells inside the program.
demo:
    cargo run --release -- demo

# Writes the documents under docs/ that are made from code.
docs:
    cargo xtask docs

# Everything that the continuous integration does; needs ../shared.
ci:
    bash .ci/run
