"""Attribution alone, on any JSON lines of {"doc", "text"}: prints one {"doc", "source", "cue", "content"} a line.

python scripts/polnear.py polnear.dev.jsonl.gz > predictions.jsonl
"""

import gzip
import json
import sys
from pathlib import Path

from monitor.extract.quotes import spans_of_text


def main() -> None:
    path = Path(sys.argv[1])
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            for found in spans_of_text(row["text"]):
                print(json.dumps({"doc": row["doc"], **found}))


if __name__ == "__main__":
    main()
