# What there is to do; `just` alone lists it.
_:
    @just --list

# Serve on an SQLite file in this folder, as `cargo run` does
run *flags:
    cargo run -- {{ flags }}

# Run every test
test *filter:
    cargo test {{ filter }}

# All that CI runs; needs cargo-deny and Python
check: fmt-check deny lint axe (test "--locked") doc schemathesis

# Format the code
fmt:
    cargo fmt --all

fmt-check:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked

# Hold what comes in from outside to the licences, bans and sources of deny.toml; needs cargo-deny
deny: has-cargo-deny
    cargo fetch --locked
    cargo deny --locked --offline check licenses bans sources

# The same, and ask for known weaknesses; needs a network, to fetch the database of advisories
audit: has-cargo-deny
    cargo deny --locked check

[private]
has-cargo-deny:
    @cargo deny --version >/dev/null 2>&1 \
        || { echo "this needs cargo-deny: cargo install --locked cargo-deny" >&2; exit 1; }

# Measure the program beside what it is measured by, or a part of it: validations growth sign-ins storm footprint growth-10m
bench *parts:
    cargo bench -p doorward-tests --bench bench -- {{ parts }}

# Fill a store that has its schema with so many sessions, as `just seed-store 1000000 sqlite:doorward.db`
seed-store count url:
    cargo bench -p doorward-tests --bench bench -- --seed-store "{{ url }}" "{{ count }}"

# Fuzz all that reads what a stranger sends, each target for so many seconds; needs cargo-fuzz and a C++ compiler
fuzz seconds="20" *targets="accept cookies cross_origin forms forwarding origins passwords recovery_codes redirects tokens usernames":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo fuzz --version >/dev/null 2>&1 || {
        echo "just fuzz needs cargo-fuzz: cargo install --locked cargo-fuzz" >&2
        exit 1
    }
    fuzz=(--fuzz-dir tests/fuzz --target-dir target/fuzz --sanitizer none)
    cargo fuzz build "${fuzz[@]}"
    broken=()
    for target in {{ targets }}; do
        # What is invented goes to the first folder; the second, in the repository, is only read.
        invented=target/fuzz/corpus/$target
        mkdir -p "$invented"
        # The lines left out tell of each new input; there are thousands.
        cargo fuzz run "${fuzz[@]}" "$target" "$invented" "tests/fuzz/corpus/$target" -- \
            -max_total_time={{ seconds }} -print_final_stats=1 2>&1 \
            | grep --line-buffered -vE $'^#[0-9]+\t(NEW|REDUCE|RELOAD)|^"|Recommended dictionary' || broken+=("$target")
    done
    if [ "${#broken[@]}" -gt 0 ]; then
        echo "broken: ${broken[*]}" >&2
        exit 1
    fi

# Try the API with schemathesis against its own document: with other data as `just schemathesis 7`, longer as `… 7 2000`
schemathesis seed="1" examples="300":
    #!/usr/bin/env bash
    set -euo pipefail
    target="${CARGO_TARGET_DIR:-target}"
    tools="$target/schemathesis"
    if ! cmp -s tests/schemathesis/requirements.txt "$tools/installed"; then
        python3 -m venv "$tools"
        "$tools/bin/pip" install --quiet --disable-pip-version-check -r tests/schemathesis/requirements.txt
        cp tests/schemathesis/requirements.txt "$tools/installed"
    fi
    cargo test --workspace --no-run --locked --quiet
    "$tools/bin/python" tests/schemathesis/run.py "$target/debug/doorward-under-test" \
        --seed {{ seed }} --examples {{ examples }}

# Fetch axe, with which the browser tests audit every page from then on; needs Python
axe:
    #!/usr/bin/env bash
    set -euo pipefail
    folder="${CARGO_TARGET_DIR:-target}/axe"
    if ! cmp -s tests/axe/requirements.txt "$folder/installed"; then
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r tests/axe/requirements.txt
        cp "$folder"/lib/python3*/site-packages/axe_playwright_python/axe.min.js "$folder/axe.min.js"
        cp tests/axe/requirements.txt "$folder/installed"
    fi

# Break what the program stands on while people sign up, and see that nothing acknowledged is lost; as `just chaos failover`
chaos *what:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo test --workspace --no-run --locked --quiet
    PYTHONDONTWRITEBYTECODE=1 python3 tests/chaos/run.py \
        "${CARGO_TARGET_DIR:-target}/debug/doorward-under-test" {{ what }}

# Write the generated parts of docs/ anew: the OpenAPI document and the table of settings
docs: openapi
    DOORWARD_TEST_UPDATE=1 cargo test -p doorward the_configuration_page_has_the_table_of_settings

# Write docs/openapi.json anew from the served document
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
