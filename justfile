# Plain cargo commands; CI runs the same ones (.ci/run).

# all that CI runs
ci:
    bash .ci/run

test:
    cargo test --workspace --locked

lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# write the generated JSON Schemas
schemas:
    cargo run --quiet --locked --package vmlogin --example schemas -- schemas

# accept changed snapshots after reading them as a user would
snapshots:
    INSTA_UPDATE=always cargo test --workspace --locked

# write the examples' expected plans and the README's picture; read them before they are checked in
examples:
    VMLOGIN_EXAMPLES=write cargo test --locked --package vmlogin --test it examples::

# print the figures of this machine; sizes and tables can be named: just bench 1000 5000 plan
bench *WHAT:
    cargo build --profile dist --locked --package vmlogin
    cargo run --profile dist --locked --package vmlogin-benches -- target/dist/vmlogin {{WHAT}}
