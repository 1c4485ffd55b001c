#!/usr/bin/env python3
"""Lists phrases to avoid in comments, messages and documents: `scripts/prose.py [PATH..]`.

Without arguments it checks the whole tree. It exits with 1 if it finds any. A line that contains `prose: keep` is
skipped.
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
    r"\bso many (?:photos?|times|seconds|members|bytes)\b": "this many, or the number of",
    r"\b(?:goes|go|went) on where\b": "continues, resumes",
    r"\b(?:as|than) ever\b": "as before",
    r"\bthat is none\b": "that is invalid",
    r"\bin passing\b": "temporary",
    r"\bone a (?:line|row|photo)\b": "one per",
    r"\bdo(?:es)? without\b": "does not need",
    r"\bcomes? (?:out|in) as\b": "is exported, is read",
    r"\bnot said\b": "missing",
}

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
    found = list(findings(sys.argv[1:] or ["."]))
    print("\n".join(found))
    if found:
        sys.exit(f"{len(found)} phrases to rewrite")
    print("no phrases to rewrite")


if __name__ == "__main__":
    main()
