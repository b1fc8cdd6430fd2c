"""The sets that others made: real posts of two days, attribution in political news, the stream of shootings."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.extract.quotes import spans_of_text
from monitor.extract.topic import load_topic
from scripts.firehose import firehose as judged
from scripts.quality.places import EVAL, EXTERNAL, TOPICS, scorer
from scripts.quality.replayed import Figures
from scripts.quality.stream import decisions

SAMPLE = 400
"""So many documents of the stream are read by default: the whole takes minutes more."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def firehose(*, verbose: bool = False) -> Figures:
    """Whether the relevance gate lets through what it should, on every post of 159 sites on two days."""
    result = judged(load_topic(TOPICS / "belgorod.yaml"), EVAL / "firehose")
    if verbose:
        print("\n--- firehose: missed", *result["missed"], "--- firehose: spurious", *result["spurious"], sep="\n")
    return {f"firehose.{name}": float(result[name]) for name in ("recall", "precision", "seconds")}


def polnear() -> Figures:
    """Who says what in 84 articles about an American campaign: F1 of content and source, of all and of speech."""
    score, path = scorer(EXTERNAL / "attribution.py"), EXTERNAL / "polnear.dev.jsonl.gz"
    gold, got = {}, {}
    for row in rows(path):
        doc, text = row["doc"], row["text"]
        gold[doc] = [score.read_attribution(one, text) for one in row["attributions"]]
        got[doc] = [score.read_attribution(one, text) for one in spans_of_text(text)]

    def f1(wanted: Mapping[str, list[Any]], found: Mapping[str, list[Any]]) -> float:
        return float(score.score(wanted, found)["attribution_content_source"]["F1"])

    def speech(here: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        return {doc: [one for one in found if one.is_speech] for doc, found in here.items()}

    return {"polnear.all": f1(gold, got), "polnear.speech": f1(speech(gold), speech(got))}


def shootings(*, whole: bool) -> Figures:
    """Whether one shooting told by many outlets becomes one claim: B-cubed of the first documents, or of all.

    Of all, those of the second half are also scored alone: what was set was set on the first half.
    """
    score, documents = scorer(EXTERNAL / "stream.py"), list(rows(EXTERNAL / "gunviolence.dev.jsonl.gz"))
    documents = documents if whole else documents[:SAMPLE]
    blind = [{name: value for name, value in document.items() if name != "cluster"} for document in documents]
    made = [{"id": id_, "claim_id": claim_id} for id_, claim_id in decisions(blind)]

    def b3(part: list[dict[str, Any]]) -> float:
        ids = {document["id"] for document in part}
        return float(score.score_decisions(part, [one for one in made if one["id"] in ids])["B3"]["F1"])

    if not whole:
        return {"sample.B3": b3(documents)}
    return {"shootings.B3": b3(documents), "shootings.half.B3": b3(documents[len(documents) // 2 :])}
