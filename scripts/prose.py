#!/usr/bin/env python3
"""Lists phrases to avoid in comments, messages and documents: `scripts/prose.py [PATH..]`.

Without arguments it checks the tree except for the files that are not clean yet (REMAINING), and exits with 1 if it
finds any; with --all it lists the whole tree. A line that contains `prose: keep` is skipped.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

PHRASES = {
    r"(?<!there )\b(?:is|are) none\b(?! of)": "there is none; say what is missing",
    r"\b(?:it|they|that|which|what|who|photos?|files?) (?:lies?|stands?) (?:in|at|there|behind|beside|below|above)\b": "is",
    r"\bwhere it stands\b": "where it is",
    r"\banew\b": "again",
    r"\bwho only looks?\b|\bthose who only look\b": "readers",
    r"\bdown the road\b|\bthe whole road\b": "the pipeline",
    r"\bso-manieth\b": "every n-th",
    r"\bundercut\b": "below the reporting threshold",
    r"\ban answer that is none\b": "an error response",
    r"\bfor good\b": "permanently",
    r"\bby hand's\b": "manual",
    r"\blikest\b": "most similar",
    r"\bis told\b(?! to)": "is reported",
    r"\blooks? away\b": "ignores",
    r"\bgone through\b": "processed",
    r"\bpassed over\b": "skipped",
    r"\bbroke down\b": "failed",
    r"\bunder (?:its|the|my) floor\b": "below the minimum",
    r"\bwhoever\b": "a caller, a user",
    r"\bnobody knows\b": "unknown",
}

# Files and folders that still contain some, mostly in texts of the program; shorten this list, never extend it.
REMAINING = """build.rs docs/cli.md docs/filter.md src/analysis src/cli/import.rs src/cli/mod.rs src/cli/datasets.rs
src/explorer/ticks.rs src/photo/fields/caption.rs src/pipeline/annotate.rs src/serve/api/analyses.rs
src/stages/download.rs src/stages/fetch.rs src/stages/geocode.rs src/store/mongodb/mod.rs
testbed/src/dataset/pictures.rs tests/it/explorer/counts.rs tests/it/explorer/snapshot.rs tests/it/fields.rs
tests/it/pipeline/fields.rs tests/it/pipeline/inaturalist.rs tests/it/serve/recordings.rs tests/it/tidy.rs
web/browser/tests/1-gallery.mjs web/browser/tests/6-state.mjs web/browser/tests/91-scores.mjs web/src/api/schema.d.ts
web/src/charts web/src/filters/HistogramFacet.svelte web/src/filters/labels.test.ts web/src/filters/labels.ts
web/src/photo/Scores.svelte web/src/recording/uploader.test.ts""".split()

# Everything else is checked, as Git pathspecs.
CLEAN = [".", *(f":!{path}" for path in REMAINING)]

SUFFIXES = {".rs", ".md", ".ts", ".svelte", ".py", ".mjs", ".toml"}


def prose(path, line):
    """The part of a line that people read: all of a document, comments and texts of a program."""
    if path.suffix == ".md":
        return line
    parts = re.findall(r"//.*|#.*|/\*.*|\"[^\"]*\"|'[^']*'|>[^<{]+<", line)
    return " ".join(parts) if parts else (line if line.lstrip().startswith("*") else "")


def findings(paths):
    listed = subprocess.run(["git", "ls-files", "--", *paths], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        path = ROOT / name
        if path.suffix not in SUFFIXES or name.startswith("web/dist") or name == "scripts/prose.py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            text = prose(path, line)
            for pattern, instead in PHRASES.items():
                found = re.search(pattern, text, re.IGNORECASE)
                if found and "prose: keep" not in line:
                    yield f"{name}:{number}: \"{found[0]}\" ({instead}): {line.strip()[:120]}"


def main():
    arguments = sys.argv[1:]
    paths = ["."] if arguments == ["--all"] else arguments or CLEAN
    found = list(findings(paths))
    print("\n".join(found))
    if found and arguments != ["--all"]:
        sys.exit(f"{len(found)} phrases to rewrite")
    print(f"{len(found)} phrases")


if __name__ == "__main__":
    main()
