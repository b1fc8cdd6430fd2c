"""Where things lie: our own checkout, and the texts for measuring beside it."""

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent.parent
EVAL = ROOT.parent / "shared" / "eval"
EXTERNAL = EVAL / "external"
TOPICS = ROOT / "config" / "topics"

# Each set with its texts and the topic that they are about.
SETS = {
    "seeds": (ROOT / "seeds", TOPICS / "belgorod.yaml"),
    "wire": (EVAL / "wire", TOPICS / "belgorod.yaml"),
    "dam": (EVAL / "dam", TOPICS / "kakhovka.yaml"),
}

# Made-up coverage of made-up events, each with its gold and its topic file, and whether it was looked at.
MADE_UP = ROOT / "scripts" / "quality" / "made_up"
LOOKED_AT = {"bridge": True, "quarry": True, "terminal": False, "column": False}


def scorer(path: Path) -> ModuleType:
    """A scorer, which is a script and no part of any package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
