# The tasks of this repository: `just` lists them. just is optional; each task is one command that works without it.

_list:
    @just --list --unsorted

# build, take the bundled photos through the pipeline, open the explorer
demo:
    ./scripts/demo

# every check, or one part: lint, unit, page, browser, docs
test part="":
    ./scripts/test {{part}}

# unit tests beside the code, by name: no process, no file, a few seconds
unit name="":
    cargo test --lib {{name}}

# integration tests by topic or name, for instance `just it filter::`
it name="":
    cargo test --test it {{name}}

# the explorer in Chromium; words choose tests by their sentences
browser words="":
    npm --prefix web run browser -- {{words}}

# format Rust
fmt:
    cargo fmt --all

# build web/dist after a change in web/src; commit it with the change
page:
    npm --prefix web ci && npm --prefix web run build

# write web/openapi.json and the page's types after a change of the API
openapi:
    GLEANER_BLESS=1 cargo test --test it serve::description
    npm --prefix web run types

# measurements, on a quiet machine; for instance `just bench --only speed`
bench *args:
    ./scripts/bench {{args}}
