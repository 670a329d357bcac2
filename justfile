# What there is to do; `just` alone lists it.
_:
    @just --list

# Serve on an SQLite file in this folder, as `cargo run` does
run *flags:
    cargo run -- {{ flags }}

# Run every test
test *filter:
    cargo test {{ filter }}

# All that CI runs
check: fmt-check lint test doc

# Format the code
fmt:
    cargo fmt --all

fmt-check:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked

# Measure the program beside what it is measured by; takes some two minutes
bench:
    cargo bench -p doorward-tests --bench bench

# Write docs/openapi.json anew from what the server serves
openapi:
    DOORWARD_TEST_UPDATE=1 cargo test -p doorward-tests the_copy_in_docs_is_the_document_that_is_served

# Start a new migration for every store, such as `just migrate-new add_throttle`
migrate-new name:
    #!/usr/bin/env bash
    set -euo pipefail
    for folder in migrations/*/; do
        last=$(ls "$folder" | sed -n 's/^\([0-9]*\)_.*/\1/p' | sort | tail -n 1)
        touch "$folder$(printf '%04d' $((10#${last:-0} + 1)))_{{ name }}.sql"
    done
