#!/usr/bin/env python3
"""How well the relevance gate does on real posts: what it lets through, what it stops.

    firehose.py [--topic FILE] [--eval DIR] [--verbose]

Prints one JSON object: recall and precision on two days of 159 sites' posts, relevant paragraphs of articles about
other things, and the share of the gold mentions whose post passes. DIR is the folder of measurements beside the
project; nothing of it becomes a part of the project.
"""

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from monitor.extract.relevance import judge  # noqa: E402
from monitor.extract.topic import Topic, load_topic  # noqa: E402


def firehose(topic: Topic, folder: Path) -> dict[str, Any]:
    """Each post is a thread of its own. `missed` and `spurious` hold the texts, for looking at."""
    wanted = set((folder / "relevant.txt").read_text(encoding="utf-8").split())
    found: set[str] = set()
    texts: dict[str, str] = {}
    started = time.perf_counter()
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                post = json.loads(line)
                verdict = judge(post["text"], (), topic)
                texts[post["id"]] = f"[{verdict.because}] {post['text']}"
                if verdict.relevant:
                    found.add(post["id"])
    right = len(wanted & found)
    return {
        "posts": len(texts),
        "relevant": len(wanted),
        "found": len(found),
        "recall": round(right / len(wanted), 3),
        "precision": round(right / len(found), 3) if found else 0.0,
        "seconds": round(time.perf_counter() - started, 2),
        "missed": [texts[post] for post in sorted(wanted - found)],
        "spurious": [texts[post] for post in sorted(found - wanted)],
    }


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """The posts that a replay cuts a document into, each with its offset."""
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield at, line.rstrip("\r\n")
        at += len(line)


def passing(topic: Topic, text: str) -> Iterator[tuple[int, str, bool, str]]:
    """Offset, text, whether it passes, and why, for every paragraph of a document."""
    earlier: list[str] = []
    for offset, paragraph in paragraphs(text):
        verdict = judge(paragraph, tuple(earlier), topic)
        yield offset, paragraph, verdict.relevant, verdict.because
        earlier.append(paragraph)


def distractors(topic: Topic, folder: Path) -> dict[str, Any]:
    """Articles about other things: every paragraph that passes is one too many."""
    spurious = []
    total = 0
    for path in sorted(folder.glob("*.txt")):
        for _, paragraph, passes, because in passing(topic, path.read_text(encoding="utf-8")):
            total += 1
            if passes:
                spurious.append(f"{path.stem} [{because}] {paragraph}")
    return {"paragraphs": total, "found": len(spurious), "spurious": spurious}


def gold(topic: Topic, path: Path) -> dict[str, Any]:
    """The mentions of a gold file whose paragraph passes."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    folder = path.parent / document["folder"]
    texts = {key: (folder / name).read_text(encoding="utf-8") for key, name in document["docs"].items()}
    stopped: dict[str, list[tuple[int, int, str]]] = {}
    passed = total = 0
    for key, text in texts.items():
        stopped[key] = []
        for offset, paragraph, passes, because in passing(topic, text):
            total += 1
            passed += passes
            if not passes:
                stopped[key].append((offset, offset + len(paragraph), because))
    due, missed = 0, []
    for claim in document["claims"]:
        if claim.get("optional"):
            continue
        for mention in claim["mentions"]:
            if mention.get("optional"):
                continue
            due += 1
            text = texts[mention["doc"]]
            start = mention.get("start", -1)
            if start < 0:
                for _ in range(mention.get("nth", 0) + 1):
                    start = text.find(mention["evidence"], start + 1)
            here = [because for low, high, because in stopped[mention["doc"]] if low <= start < high]
            if here:
                missed.append(f"{mention['doc']} [{here[0]}] {text[start : start + 160]!r}")
    return {
        "paragraphs": total,
        "passed": passed,
        "mentions": due,
        "recall": round(1 - len(missed) / due, 3),
        "missed": missed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topic", type=Path, default=ROOT / "config/topics/belgorod.yaml")
    parser.add_argument("--eval", type=Path, default=ROOT.parent / "shared/eval")
    parser.add_argument("--verbose", action="store_true", help="show the texts, too")
    given = parser.parse_args()
    topic = load_topic(given.topic)
    results = {
        "firehose": firehose(topic, given.eval / "firehose"),
        "distractors": distractors(topic, given.eval / "distractors"),
        "seeds": gold(topic, given.eval / "seeds.gold.yaml"),
        "wire": gold(topic, given.eval / "wire.gold.yaml"),
    }
    if not given.verbose:
        for result in results.values():
            for texts in ("missed", "spurious"):
                result.pop(texts, None)
    print(json.dumps(results, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
