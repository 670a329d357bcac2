# `just` alone lists the recipes.
_:
    @just --list

# Start the server on an SQLite file in this folder
run *flags:
    cargo run -- {{ flags }}

# Run every test
test *filter:
    cargo test {{ filter }}

# Run everything that CI runs; needs cargo-deny, Python and Node.js
check: fmt-check deny lint axe traefik promtool (test "--locked") doc typescript schemathesis guides image

# Format the code
fmt:
    cargo fmt --all

fmt-check:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets --locked -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked

# Check the licences, bans and sources of deny.toml; needs cargo-deny
deny: has-cargo-deny
    cargo fetch --locked
    cargo deny --locked --offline check licenses bans sources

# Check everything in deny.toml, including known vulnerabilities; needs cargo-deny and a network
audit: has-cargo-deny
    cargo deny --locked check

[private]
has-cargo-deny:
    @cargo deny --version >/dev/null 2>&1 \
        || { echo "cargo-deny is missing; install it with: cargo install --locked cargo-deny" >&2; exit 1; }

# Run the benchmark, or some of its parts: validations growth sign-ins storm footprint growth-10m
bench *parts:
    cargo bench -p doorward-tests --bench bench -- {{ parts }}

# Add sessions to a store that has its schema, for example `just seed-store 1000000 sqlite:doorward.db`
seed-store count url:
    cargo bench -p doorward-tests --bench bench -- --seed-store "{{ url }}" "{{ count }}"

# Fuzz the parsers of untrusted input, each target for so many seconds; needs cargo-fuzz and a C++ compiler
fuzz seconds="20" *targets="accept cookies cross_origin forms forwarding origins passwords recovery_codes redirects tokens usernames":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo fuzz --version >/dev/null 2>&1 || {
        echo "cargo-fuzz is missing; install it with: cargo install --locked cargo-fuzz" >&2
        exit 1
    }
    fuzz=(--fuzz-dir tests/fuzz --target-dir target/fuzz --sanitizer none)
    cargo fuzz build "${fuzz[@]}"
    broken=()
    for target in {{ targets }}; do
        # libFuzzer writes new inputs to the first folder; it only reads the second, which is in the repository.
        generated=target/fuzz/corpus/$target
        mkdir -p "$generated"
        # grep drops the lines about new inputs, of which there are thousands.
        cargo fuzz run "${fuzz[@]}" "$target" "$generated" "tests/fuzz/corpus/$target" -- \
            -max_total_time={{ seconds }} -print_final_stats=1 2>&1 \
            | grep --line-buffered -vE $'^#[0-9]+\t(NEW|REDUCE|RELOAD)|^"|Recommended dictionary' || broken+=("$target")
    done
    if [ "${#broken[@]}" -gt 0 ]; then
        echo "broken: ${broken[*]}" >&2
        exit 1
    fi

# Test both APIs against their OpenAPI documents with schemathesis; other data with `just schemathesis 7`, more with `… 7 2000`
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

# Compile the TypeScript clients and compare their types with docs/openapi.json; needs Node.js and npm
typescript:
    #!/usr/bin/env bash
    set -euo pipefail
    if ! command -v npm >/dev/null; then
        echo "NOT RUN: the TypeScript clients were not compiled, since npm is missing" >&2
        [ -z "${DOORWARD_TEST_REQUIRE_SERVERS:-}" ]
        exit
    fi
    folder="${CARGO_TARGET_DIR:-target}/typescript"
    mkdir -p "$folder"
    cp tests/typescript/*.json tests/typescript/*.ts docs/openapi.json docs/guides/doorward.ts "$folder/"
    cd "$folder"
    cmp -s package-lock.json installed || { npm ci --silent --no-fund --no-audit && cp package-lock.json installed; }
    npm run --silent check

# Build the apps of docs/guides, start them and drive them in Chromium; needs Node.js, npm and Python
guides:
    #!/usr/bin/env bash
    set -euo pipefail
    if ! command -v npm >/dev/null || ! python3 -c 'import ensurepip' 2>/dev/null; then
        echo "NOT RUN: the apps of docs/guides were not driven, since npm or Python is missing" >&2
        [ -z "${DOORWARD_TEST_REQUIRE_SERVERS:-}" ]
        exit
    fi
    folder="$(realpath -m "${CARGO_TARGET_DIR:-target}")/guides"
    mkdir -p "$folder"
    for app in nextjs node python spa sveltekit; do
        rm -rf "${folder:?}/$app"
        cp -R "docs/guides/$app" "$folder/$app"
    done
    for copy in nextjs/auth node spa sveltekit/src; do
        cp docs/guides/doorward.ts "$folder/$copy/"
    done
    # One installation for all apps, in the folder above theirs.
    node tests/guides/packages.mjs tests/guides/package.json docs/guides/*/package.json >"$folder/package.json"
    if ! cmp -s "$folder/package.json" "$folder/installed.json"; then
        (cd "$folder" && npm install --silent --no-fund --no-audit)
        cp "$folder/package.json" "$folder/installed.json"
    fi
    if ! cmp -s tests/guides/requirements.txt "$folder/venv/installed"; then
        python3 -m venv "$folder/venv"
        "$folder/venv/bin/pip" install --quiet --disable-pip-version-check -r tests/guides/requirements.txt
        cp tests/guides/requirements.txt "$folder/venv/installed"
    fi
    for app in node spa; do
        (cd "$folder/$app" && PATH="$folder/node_modules/.bin:$PATH" tsc)
    done
    DOORWARD_TEST_GUIDES="$folder" cargo test --workspace --locked guides::drive

# Fetch axe, with which the browser tests audit every page; needs Python
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

# Run the configurations of docs/proxies.md; needs nginx, Caddy and HAProxy, for example from Debian's packages
proxies: traefik
    cargo test --locked proxies::

# Fetch Traefik, whose configurations the tests run; needs Python
traefik:
    #!/usr/bin/env bash
    set -euo pipefail
    folder="${CARGO_TARGET_DIR:-target}/traefik"
    if ! cmp -s tests/proxies/requirements.txt "$folder/installed"; then
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet --disable-pip-version-check -r tests/proxies/requirements.txt
        cp tests/proxies/requirements.txt "$folder/installed"
    fi

# Fetch promtool, which checks docs/deploy/prometheus, from Debian's package without installing it
promtool:
    #!/usr/bin/env bash
    set -euo pipefail
    folder="${CARGO_TARGET_DIR:-target}/promtool"
    if command -v promtool >/dev/null || [ -x "$folder/promtool" ]; then exit; fi
    if ! command -v apt-get >/dev/null; then
        echo "NOT FETCHED: promtool, since this machine has no apt-get" >&2
        exit
    fi
    mkdir -p "$folder/package"
    (cd "$folder" && apt-get download prometheus && dpkg -x prometheus_*.deb package)
    mv "$folder/package/usr/bin/promtool" "$folder/promtool"
    rm -r "$folder/package" "$folder"/prometheus_*.deb

# Build the image `doorward` and show its size; needs Docker or Podman
image:
    #!/usr/bin/env bash
    set -euo pipefail
    for tool in docker podman; do
        if "$tool" info >/dev/null 2>&1; then
            "$tool" build --tag doorward --file docs/deploy/Containerfile .
            bytes=$("$tool" image inspect --format '{{{{.Size}}' doorward)
            echo "doorward: $((bytes / 1000000)) MB"
            [ "$bytes" -lt 25000000 ]
            exit
        fi
    done
    echo "NOT BUILT: the image, since neither Docker nor Podman runs here" >&2

# Break the store while users sign up, and check that no acknowledged sign-up is lost; one scenario: `just chaos failover`
chaos *what:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo test --workspace --no-run --locked --quiet
    PYTHONDONTWRITEBYTECODE=1 python3 tests/chaos/run.py \
        "${CARGO_TARGET_DIR:-target}/debug/doorward-under-test" {{ what }}

# Update the generated parts of docs/: the OpenAPI document, the table of settings and the files in the guides
docs: openapi
    DOORWARD_TEST_UPDATE=1 cargo test -p doorward the_configuration_page_has_the_table_of_settings
    DOORWARD_TEST_UPDATE=1 cargo test -p doorward-tests the_text_of_its_files

# Update docs/openapi.json and docs/admin-openapi.json from the served documents
openapi:
    DOORWARD_TEST_UPDATE=1 cargo test -p doorward-tests the_copy_

# Create an empty migration for every store, for example `just migrate-new add_throttle`
migrate-new name:
    #!/usr/bin/env bash
    set -euo pipefail
    for folder in migrations/*/; do
        last=$(ls "$folder" | sed -n 's/^\([0-9]*\)_.*/\1/p' | sort | tail -n 1)
        touch "$folder$(printf '%04d' $((10#${last:-0} + 1)))_{{ name }}.sql"
    done
