"""What relevance and extraction find in a folder of documents, as the lines that a scorer of claims reads.

    python scripts/extraction.py FOLDER [--topic FILE] [--all] > sightings.jsonl

Each .txt file is a thread, each of its lines a post, in the order of feed.yaml where there is one. Every sighting is
filed as a claim of its own. --all leaves the relevance gate open.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from monitor.extract.extractor import Extractor
from monitor.extract.relevance import Judge
from monitor.extract.topic import load_topic
from monitor.models import Post, Sighting
from monitor.store.limits import CONTEXT


def documents(folder: Path) -> Iterator[tuple[Path, datetime]]:
    schedule = folder / "feed.yaml"
    if schedule.exists():
        entries = yaml.safe_load(schedule.read_text(encoding="utf-8"))["documents"]
        for entry in sorted(entries, key=lambda e: e["published"]):
            yield folder / entry["file"], entry["published"]
        return
    for path in sorted(folder.glob("*.txt")):
        yield path, datetime(2023, 5, 23, tzinfo=UTC)


def posts(path: Path, published: datetime) -> Iterator[Post]:
    text, offset, position = path.read_bytes().decode("utf-8"), 0, 0
    for line in text.split("\n"):
        if line.strip():
            yield Post(
                id=f"{path.name}:{position}", source="folder", platform="file", channel=path.stem, text=line,
                published_at=published, received_at=published, thread=path.name, position=position,
                doc=path.name, offset=offset,
            )  # fmt: skip
            position += 1
        offset += len(line) + 1


def said(thread: Sequence[Post], extractor: Extractor, judge: Judge | None) -> Iterator[Sighting]:
    """What the posts of a thread say, in the order in which the pipeline reads them; without a judge all of them."""
    for n, post in enumerate(thread):
        verdict = judge(post.text, [one.text for one in thread[:n]]) if judge else None
        if verdict is None or verdict.relevant:
            for k in range(n - (verdict.earlier if verdict else 0), n + 1):
                yield from extractor.extract(thread[k], thread[max(0, k - CONTEXT) : k])


def row(sighting: Sighting) -> dict[str, object]:
    figure = sighting.figure.value if sighting.figure else None
    kept = sighting.model_dump(
        mode="json", include={"doc", "start", "end", "text", "claimant", "claimant_key", "via", "cue", "stance"}
    )
    return {**kept, "claim_id": sighting.id, "decision": "new", "figure": figure, "main": sighting.frame.main}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--topic", type=Path, default=Path("config/topics/belgorod.yaml"))
    parser.add_argument("--all", action="store_true", help="leave the relevance gate open")
    given = parser.parse_args()
    topic = load_topic(given.topic)
    extractor = Extractor(topic)
    judge = None if given.all else Judge(topic)
    for path, published in documents(given.folder):
        for sighting in said(list(posts(path, published)), extractor, judge):
            print(json.dumps(row(sighting), ensure_ascii=False))


if __name__ == "__main__":
    main()
