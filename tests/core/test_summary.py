"""Which sentences an alert shows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.analysis import analyze
from bot.core.model import Quote
from bot.core.summary import split_sentences, summarize
from bot.core.summary.chances import Chances, Model, Tree
from bot.core.summary.choose import CANDIDATES, LONGEST, Odds, pick
from bot.core.summary.facts import PAIR, SENTENCE, WORD, gather
from bot.core.summary.weights import PAIRS, WORDS

ARTICLE = (
    "PELLA, Kestria (Wire) — The dam above Pella held through the night after engineers opened two "
    "of its gates, the water ministry said on Sunday. He had not slept. Some 4,000 people were "
    "taken to schools and sports halls on higher ground.\n\n"
    '"The dam is safe, and it will stay safe," said Water Minister Selma Okur, who had flown over '
    "the valley.\n\n"
    "Mr. Balik, 61, a shepherd, lost nine sheep. The market was quiet. The dam was built in 1961 "
    "and has two gates. Engineers will inspect the gates of the dam on Monday, the ministry said."
    "\n\nIt rained."
)


def texts(**more: object) -> list[str]:
    return [ARTICLE[s:e] for s, e in summarize(ARTICLE, **more)]


def test_sentences_are_split_at_their_ends_only() -> None:
    """Titles, initials and decimals end no sentence; a dateline belongs to none."""
    text = "ROME (Wire) — Mr. J. Alder paid 3.5 million. Dr. Lee, of the U.S. Navy, did not! Why?"
    assert [text[s:e] for s, e in split_sentences(text)] == [
        "Mr. J. Alder paid 3.5 million.",
        "Dr. Lee, of the U.S. Navy, did not!",
        "Why?",
    ]


def test_summary_is_verbatim_and_leads() -> None:
    """Two or three sentences in the order of the article, the news first."""
    chosen = texts()
    assert 2 <= len(chosen) <= 3
    assert chosen[0].startswith("The dam above Pella held")
    assert all(sentence in ARTICLE for sentence in chosen)


def test_no_orphans_and_no_scraps() -> None:
    """A sentence that starts with a pronoun, or says next to nothing, is not taken."""
    assert not {"He had not slept.", "It rained.", "The market was quiet."} & set(texts())


def test_title_is_not_repeated() -> None:
    """A sentence that is the title again says nothing new."""
    first = ARTICLE[ARTICLE.index("The dam") : ARTICLE.index(" He had")]
    assert first in texts()
    assert first not in texts(title=first.rstrip("."))


def test_shown_quotes_are_not_repeated() -> None:
    """A sentence that is shown as a quote already makes room for another."""
    start = ARTICLE.index("The dam is safe")
    end = (
        ARTICLE.index('" said Water') if '" said Water' in ARTICLE else ARTICLE.index('," said') + 1
    )
    quote = Quote(start, end, ((start, end),), "Selma Okur")
    assert not any("it will stay safe" in sentence for sentence in texts(quotes=[quote]))


def test_focus_brings_the_rules_sentence() -> None:
    """A highlighted word pulls its sentence in."""
    at = ARTICLE.index("shepherd")
    assert not any("shepherd" in sentence for sentence in texts(sentences=2))
    assert any("shepherd" in s for s in texts(focus=[(at, at + 8)] * 3, sentences=3))


def test_number_of_sentences() -> None:
    """Never more than asked for."""
    assert len(texts(sentences=1)) == 1
    assert texts(sentences=0) == []
    assert summarize("") == ()


def odds(rows: list[str], worth: dict[str, float], **flaws: frozenset[int]) -> Odds:
    """Give odds for sentences of words that are worth something."""
    words = sorted({word for row in rows for word in row.split()})
    places = [(i, words.index(word)) for i, row in enumerate(rows) for word in set(row.split())]
    return Odds(
        np.array([worth.get(word, 0.0) for word in words]),
        np.array([i for i, _ in places]),
        np.array([at for _, at in places]),
        [len(row.split()) for row in rows],
        [1.0] * len(rows),
        **flaws,
    )


@pytest.mark.parametrize(("limit", "wanted"), [(1, [0]), (2, [0, 2]), (3, [0, 2])])
def test_two_sentences_where_one_holds_the_news(limit: int, wanted: list[int]) -> None:
    """A second sentence comes along though it adds less than it costs; a third does not."""
    worth = {"dam": 0.9, "holds": 0.9, "night": 0.9, "gates": 0.02}
    rows = ["dam holds night", "rain fell long", "gates open", "dam"]
    assert pick(odds(rows, worth, barred=frozenset({3})), limit) == wanted
    assert pick(odds(rows[:1], worth), limit) == [0]


def test_words_count_once() -> None:
    """What a chosen sentence has said is worth nothing a second time."""
    rows = ["dam holds", "dam holds", "gates open"]
    assert pick(odds(rows, {"dam": 0.9, "holds": 0.8, "gates": 0.1}), 2) == [0, 2]


def test_leaning_sentences_follow_the_one_before() -> None:
    """A sentence that leans on the one before comes with it, or where nothing else is left."""
    rows, worth = ["rain fell", "she won", "gates open"], {"she": 0.5, "won": 0.9, "rain": 0.4}
    lean = frozenset({1})
    assert pick(odds(rows, worth, leaning=lean), 1) == [0]
    assert pick(odds(rows, worth, leaning=lean), 2) == [0, 1]
    assert pick(odds(rows, worth | {"gates": 2.0}, leaning=lean), 1) == [2]
    assert pick(odds(rows, worth, leaning=lean, barred=frozenset({0, 2})), 1) == [1]


def test_poor_sentences_are_the_last_choice() -> None:
    """A poor sentence is taken as one of two where there is no other, and never as a third."""
    rows, worth = ["dam holds", "gates open", "rain fell"], {"dam": 0.9, "rain": 0.5}
    assert pick(odds(rows, worth, poor=frozenset({0})), 2) == [1, 2]
    assert pick(odds(rows, worth, poor=frozenset({0, 1})), 2) == [0, 2]
    assert pick(odds(rows, worth | {"gates": 0.9}, poor=frozenset({0})), 3) == [1, 2]


LENGTHS = (
    "The council of Ardel opened the new bridge over the Mirn on Friday.",
    "The bridge over the Mirn in Ardel opened.",
    "The new bridge in Ardel carries two tracks for trams and a path for bicycles.",
    (
        "The bridge over the Mirn in Ardel, for which the council had set aside ninety million in "
        "three budgets, and against which anglers, two boat clubs and the owner of the ferry had "
        "gone to court in vain, is the first one in the region that carries trams, and it opened "
        "eleven months later than its builders had hoped."
    ),
    "It replaces a ferry that served Ardel since the old bridge fell in 1944.",
)


def test_lengths_fit_a_phone() -> None:
    """Sentences have 50 to 280 characters where there are enough of them."""
    text = " ".join(LENGTHS)
    chosen = [text[s:e] for s, e in summarize(text)]
    assert set(chosen) <= {LENGTHS[0], LENGTHS[2], LENGTHS[4]}
    short = "The bridge opened. Trams ran."
    assert summarize(short) == ((0, 18), (19, 29))


SENTENCES = (
    *LENGTHS,
    "She had crossed the river by the ferry every morning for thirty years.",
    "But the owner of the ferry said he would go on as long as anybody came.",
    "The mayor of Ardel, Oda Kell, rode the first tram with forty pupils.",
    "However, cyclists complained about the gap between the path and the rails.",
    "Trams ran.",
    "Builders from three towns had worked on the bridge in Ardel since May.",
)
LEANING = ("She ", "But ", "However", "It ")


@settings(max_examples=60, deadline=None)
@given(st.permutations(SENTENCES), st.integers(1, 3), st.integers(4, len(SENTENCES)))
def test_flawed_sentences_wait_for_others(order: list[str], limit: int, size: int) -> None:
    """No orphan and no odd length is taken where there are enough other sentences."""
    text = " ".join(order[:size])
    chosen = [order.index(text[s:e]) for s, e in summarize(text, sentences=limit)]
    fit = [i for i, one in enumerate(order[:size]) if 50 <= len(one) <= 280]
    sound = [i for i in fit if not order[i].startswith(LEANING)]
    assert chosen
    if len(sound) >= 2:
        assert set(chosen) <= set(fit)
        for i in set(chosen) - set(sound):
            assert i == 0 or i - 1 in chosen


def test_a_rules_sentence_may_be_long() -> None:
    """What the rule asked for is shown whatever its length."""
    text = " ".join(LENGTHS)
    at = text.index("boat clubs")
    assert len(LENGTHS[3]) > 280
    assert any("two boat clubs" in text[s:e] for s, e in summarize(text, focus=[(at, at + 10)]))


def test_a_quoted_sentence_is_not_printed_twice() -> None:
    """A sentence that is mostly a shown quote is taken only for want of another."""
    said = LENGTHS[0]
    text = " ".join((f"“{said[:-1]},” Mayor Oda Kell said.", LENGTHS[2], LENGTHS[4]))
    quote = Quote(1, len(said), ((1, len(said)),), "Oda Kell")
    assert any("opened the new bridge" in text[s:e] for s, e in summarize(text))
    for limit in (1, 2, 3):
        found = summarize(text, sentences=limit, quotes=[quote])
        assert found
        assert not any("opened the new bridge" in text[s:e] for s, e in found)


def test_what_is_said_again_is_what_the_article_is_about() -> None:
    """Of two sentences that lead alike, the one that the rest of the article comes back to wins."""
    dam = "Engineers opened two gates of the dam above Pella on Sunday evening."
    fair = "Traders held their spring fair on the market of Karsk on Sunday evening."
    gates = "The gates of the dam stay open until the water above Pella falls, engineers said."
    prices = "The prices at the fair on the market of Karsk were high, traders said."
    for rest, wanted in ((gates, dam), (prices, fair)):
        for start in (f"{dam} {fair}", f"{fair} {dam}"):
            text = f"{start}\n\n{rest}\n\n{rest}\n\n{rest}"
            ((first, last),) = summarize(text, sentences=1)
            assert text[first:last] in {wanted, rest}


def test_a_text_without_full_stops_is_read_in_part() -> None:
    """A sentence of any length is a span like others, and costs no more than prose."""
    text = " ".join(f"word{number:05}" for number in range(25_000))
    assert summarize(text) == ((0, len(text)),)
    parts = gather([text[:LONGEST]], CANDIDATES)
    assert len(parts.words) <= LONGEST / 10


def test_a_tree_is_a_table_behind_questions() -> None:
    """Yes and no read as binary digits give the place in the table."""
    tree = Tree((0, 1, 0), (0.5, 0.5, 1.5), (0, 1, 2, 3, 4, 5, 6, 7))
    rows = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [2.0, 1.0]])
    odds_ = [math.log(p / (1 - p)) for p in Chances(Model((0.0, 0.5), -1.0, (tree,))).of(rows)]
    assert odds_ == pytest.approx([-1.0, 2 - 0.5, 4 - 1.0, 7 - 0.5])
    plain = Chances(Model((0.0, 0.5), -1.0, ())).of(rows)
    assert plain[1] == pytest.approx(1 / (1 + math.exp(0.5)))


def test_facts_are_named_and_counted() -> None:
    """Facts stand in the columns of their names; each word and pair once."""
    sentences = ["The dam above Pella held.", 'Engineers of the dam said, "The gates work"?']
    facts = gather(sentences, 40)
    words, pairs = (*WORD, *SENTENCE), (*PAIR, *SENTENCE)
    assert facts.sentences.shape == (2, len(SENTENCE))
    assert facts.words.shape == (len(facts.stems), len(words))
    assert facts.pairs.shape == (len(facts.couples), len(pairs))
    first, second = (dict(zip(SENTENCE, row, strict=True)) for row in facts.sentences)
    assert (first["first"], second["first"], second["second"]) == (1, 0, 1)
    assert (second["marks"], second["question"], second["saying"], second["orphan"]) == (1, 1, 1, 0)
    dam = dict(zip(WORD, facts.words[facts.stems.index("dam")], strict=False))
    assert dam["often"] == pytest.approx(math.log(2))
    assert (dam["stop"], dam["capital"]) == (0, 0)
    pella = facts.stems.index("pella")
    assert facts.words[pella][WORD.index("capital")] == 1
    the_dam = facts.couples.tolist().index([facts.stems.index("the"), facts.stems.index("dam")])
    pair = dict(zip(PAIR, facts.pairs[the_dam], strict=False))
    assert pair["often"] == pytest.approx(math.log(2))
    assert (pair["one_stop"], pair["content"], pair["cut"]) == (1, 0, 0)
    held = facts.pair_places[0][facts.pair_places[1] == the_dam]
    assert held.tolist() == [0, 1]


def test_weights_fit_the_facts() -> None:
    """Each fact has its weight, and no tree asks for a fact that is not there."""
    for model, names in ((WORDS, (*WORD, *SENTENCE)), (PAIRS, (*PAIR, *SENTENCE))):
        assert len(model.linear) == len(names)
        assert model.trees
        for tree in model.trees:
            assert len(tree.facts) == len(tree.above) == 3
            assert len(tree.leaves) == 8
            assert max(tree.facts) < len(names)


def test_analyze_prints_spans() -> None:
    """Every printed text is `text[start:end]` of the record."""
    answer = analyze({"id": "a1", "text": ARTICLE, "title": "Dam holds"}, None)
    assert answer["id"] == "a1"
    for row in answer["summary"]:
        assert ARTICLE[row["start"] : row["end"]] == row["text"]
    (quote,) = [row for row in answer["quotes"] if row["kind"] == "direct"]
    assert ARTICLE[quote["start"] : quote["end"]] == quote["text"]
    assert quote["speaker"] == "Selma Okur"
    assert quote["office"] == "Water Minister"
    assert quote["parts"] == [[quote["start"], quote["end"]]]
    assert set(quote) == {
        "text", "start", "end", "parts", "speaker", "office", "cue", "kind", "confidence", "via",
    }  # fmt: skip


def test_lines_that_are_no_statements_wait_for_others() -> None:
    """A credit, a heading or a question is no summary, even where it holds the rule's word."""
    lines = (
        "Water from the dam reached the lower market of Pella before noon, the mayor said.",
        "Photographs of the dam and of the market of Pella: Valley Picture Agency, Pella office",
        "Who would have thought that the water of the dam could reach the market of Pella?",
        "Traders carried their goods to the upper town while the water was still rising.",
    )
    text = "\n\n".join(lines)
    focus = [(at, at + 3) for at in (text.index("dam and"), text.index("dam could"))]
    chosen = [text[s:e] for s, e in summarize(text, sentences=3, focus=focus)]
    assert chosen == [lines[0], lines[3]]
