"""Tiny spaCy pipelines, trained in a second on sentences of our own."""

from __future__ import annotations

import random

import spacy
from spacy.tokens import Doc
from spacy.training import Example

PLACES = ["harbour", "market", "school", "river", "station", "village"]
NAMES = [
    ("Harbour Light", "PERSON"),
    ("Silver Brook", "PERSON"),
    ("Ann Lee", "PERSON"),
    ("Grey Stone", "ORG"),
    ("Blue Line", "ORG"),
]
VERBS = ["stood by", "met us at", "walked to", "waited near", "spoke of"]

LEFT = "punct nsubj ccomp prep pobj punct punct"
RIGHT = "prep det pobj prep det pobj compound nsubj punct"
DEPS = [*LEFT.split(), "ROOT", *RIGHT.split()]
SPACES = [False, True, True, True, False, False, *[True] * 9, False, False]
FAR = '"We sail at dawn," said over the roar of the sea Ida Falk.'
SHOUTS = ["noise of the boats", "roar of the sea", "sound of the bells", "rush of the wind"]


def recogniser() -> spacy.Language:
    """Train a tiny recogniser of people on sentences of our own."""
    nlp = spacy.blank("en")
    recogniser = nlp.add_pipe("ner")
    recogniser.add_label("PERSON")
    recogniser.add_label("ORG")
    rows = []
    for name, label in NAMES:
        for verb in VERBS:
            for place in PLACES[:3]:
                text = f"{name} {verb} the {place}."
                rows.append((text, {"entities": [(0, len(name), label)]}))
    random.Random(1).shuffle(rows)  # noqa: S311 - the same order every time
    examples = [Example.from_dict(nlp.make_doc(text), notes) for text, notes in rows]
    spacy.util.fix_random_seed(1)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(15):
        for batch in spacy.util.minibatch(examples, size=16):
            nlp.update(batch, sgd=optimizer)
    return nlp


def parser() -> spacy.Language:
    """Train a tiny parser on sentences whose subject stands far behind its verb."""
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("parser")
    rows = []
    for first, last in (("Ann", "Lee"), ("Tom", "Ray"), ("Ida", "Moe"), ("Jan", "Falk")):
        for noise in SHOUTS:
            words = f'" We sail at dawn , " said over the {noise} {first} {last} .'.split()
            heads = [2, 2, 7, 2, 3, 7, 7, 7, 7, 10, 8, 10, 13, 11, 15, 7, 7]
            doc = Doc(nlp.vocab, words=words, spaces=SPACES)
            rows.append(Example.from_dict(doc, {"heads": heads, "deps": DEPS}))
    for dep in set(DEPS):
        pipe.add_label(dep)
    spacy.util.fix_random_seed(1)
    optimizer = nlp.initialize(lambda: rows)
    for _ in range(30):
        nlp.update(rows, sgd=optimizer)
    return nlp


def both() -> spacy.Language:
    """Make one pipeline of the recogniser and the parser."""
    nlp = parser()
    nlp.add_pipe("ner", source=recogniser())
    return nlp
