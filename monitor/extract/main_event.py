"""What a piece is about: which of its events is the main one, of which class, whether it happened and how far. Pure."""

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Span, Token

from monitor.extract import events, vocabulary
from monitor.extract.events import EventHit
from monitor.extract.kinds import PEOPLE, kind_of, terms
from monitor.extract.parser import text_of
from monitor.extract.roles import actors, inside, mutual, objects

# What stands nearer to the top of the sentence says what it is about; the cost of each step down.
_STEP = {"xcomp": 0.4, "ccomp": 0.6, "dobj": 0.7, "attr": 0.6, "acomp": 0.6, "nsubj": 0.9, "nsubjpass": 1.2}
_STEP |= {"conj": 1.0, "prep": 0.5, "pobj": 0.5, "agent": 0.8, "advcl": 1.6, "relcl": 1.8, "acl": 1.4, "pcomp": 0.3}
_OTHER_STEP = 1.1
_BACKGROUND = 20.0
_BROUGHT_ABOUT = 1.0
_WEAK = 1.5
# These say how another event was told, shown or meant: they are the main one only when alone.
_FRAMING = {
    "show": 9.0,
    "measures": 9.0,
    "aim": 2.0,
    "watch": 1.6,
    "inform": 1.6,
    "warn": 0.8,
    "order": 1.5,
    "sabotage": 1.0,
}
_FRAMING |= {"rise": 3.0, "involve": 0.5, "threaten": 1.0, "disrupt": 0.5}
# These turn the whole sentence, wherever they stand in it.
_TURNING = {"deny-involvement": 1.5, "claim-responsibility": 1.0, "return-ban": 1.0, "doubt": 1.5, "uncertain": 1.5}
_TURNING |= {"independent": 1.0, "distract": 1.5}
_LASTING = re.compile(r"\b(under way|in progress|(second|2nd|third|3rd|another) day)\b", re.IGNORECASE)
_NAMED = re.compile(r"\w ['\"“‘]an? ")  # a headline: the shelling "a war crime"
_CALLING = frozenset({"call", "describe", "brand", "label", "deem"})
# These last: to hold a place, to be without water, to be missing is the same while it goes on.
_STATES = vocabulary.words(
    """
    control missing search-survivors trap cut-water cut-heating cut-comms shortage queue strand ration schools intact
    halt-traffic halt-trade halt-work aid-blocked condition
    """
)
_PERHAPS = frozenset({"could", "might", "may"})
_PERCEIVED = frozenset({"hear", "see", "feel", "smell"})
_REFUSING = frozenset({"refuse", "decline", "fail"})
_CANNOT = frozenset({"impossible", "unable", "incapable"})
_NO = frozenset({"no", "nobody", "none", "neither", "nothing", "no-one"})
_PEOPLE_HELD = frozenset({"civilian", "soldier", "prisoner"})
_STRUCK = frozenset({"civilian", "soldier", "fighter", "rescuer"})
_TROOPS = frozenset({"fighter", "soldier"})
_BUILDINGS = frozenset({"house", "office", "building", "facility", "plant", "school", "hospital", "energy"})
_TRAFFIC = frozenset({"flight", "train", "traffic", "ferry", "shipping", "navigation", "movement", "crossing"})
_WAYS = frozenset({"road", "bridge", "rail", "port", "airport", "airspace", "tunnel"})
_MACHINES = frozenset({"vehicle", "armour", "weapon"})
# An event's class by what it is done to: the class, its objects, the class that it then is.
_BY_OBJECT = (
    (("capture", "detain", "seize-equipment"), _MACHINES, "seize-equipment"),
    (("capture", "detain"), PEOPLE, "detain"),
    (("destroy",), _TROOPS, "eliminate"),
    (("destroy", "eliminate", "repel"), frozenset({"raid"}), "repel"),
    (("repel",), _TROOPS, "repel"),
    (("control",), _PEOPLE_HELD, "detain"),
    (("damage",), _STRUCK, "wound"),
    (("use-weapons",), _MACHINES, "use-weapons"),
    (("destroy", "eliminate", "repel", "disrupt"), frozenset({"drone", "missile"}), "shoot-down"),
    (("disrupt",), frozenset({"water", "pipe"}), "cut-water"),
    (("disrupt",), frozenset({"phone", "internet", "communication", "network"}), "cut-comms"),
    (("disrupt",), frozenset({"energy"}), "cut-power"),
    (("distract",), frozenset({"flight", "plane", "train", "traffic", "ship", "ferry", "vehicle", "cargo"}), "reroute"),
    (("close", "repel", "disrupt"), _TRAFFIC | _WAYS, "halt-traffic"),
    (("close",), frozenset({"regime"}), "regime"),
    (("close",), frozenset({"school", "lesson", "class"}), "schools"),
    (("close",), frozenset({"export", "import", "shipment", "cargo"}), "halt-trade"),
    (("close",), frozenset({"concert", "match", "festival", "parade", "celebration", "event"}), "cancel-event"),
    (("resume",), _TRAFFIC | _WAYS, "resume-traffic"),
    (("resume", "resume-traffic"), frozenset({"school", "lesson", "class"}), "schools-open"),
    (("resume",), frozenset({"export", "import", "shipment", "cargo"}), "resume-trade"),
    (("resume",), frozenset({"supply", "water", "energy", "heating", "internet"}), "restore-supply"),
    (("explode", "sabotage"), frozenset({"dam", "bridge"}), "destroy"),
    (("shoot-down",), frozenset({"road", "bridge", "dam", "building", "house", "energy"}), "destroy"),
    (("deploy",), frozenset({"civilian"}), "evacuate"),
    (("free",), frozenset({"prisoner", "soldier", "civilian", "animal"}), "free"),
    (("free",), frozenset({"video", "statement", "report", "figure", "detail", "name"}), "show"),
    (("exchange",), frozenset({"prisoner", "soldier"}), "exchange"),
    (("breach", "enter"), frozenset({"dam"}), "breach"),
    (("breach",), frozenset({"border"}), "enter"),
    (("enter", "deploy"), frozenset({"settlement"}), "advance"),
    (("capture",), frozenset({"settlement", "border"}), "capture"),
    (("attack",), _BUILDINGS, "strike"),
    (("order",), frozenset({"raid"}), "plotted"),
    (("stage",), frozenset({"raid"}), "attack"),
    (("lose",), frozenset({"plane", "helicopter", "aircraft", "drone"}), "shoot-down"),
)
_BY_SUBJECT = (
    (("flee", "evacuate"), frozenset({"civilian"}), "flee"),
    (("flee",), _TROOPS, "withdraw"),
    (("capture",), frozenset({"video"}), "show"),
    (("damage", "strike", "attack"), frozenset({"drone"}), "drone"),
    (
        ("deny-involvement",),
        frozenset({"decision", "move", "step", "withdrawal", "suspension", "measure"}),
        "unrelated",
    ),
    (("enter", "advance", "damage", "strike"), frozenset({"water", "flood", "flooding", "river"}), "flood"),
)
# Verbs whose subject is only what brought the event about.
_CAUSES = frozenset({"cause", "trigger", "spark", "prompt", "provoke", "lead", "force", "bring", "result"})


def among(hits: Sequence[EventHit], piece: Span) -> EventHit | None:
    """The event that the piece is about; None when nothing is said to have happened."""
    ranked = sorted(hits, key=lambda hit: (cost(hit, piece), hit.token))
    if ranked and ranked[0].event == "sabotage":
        done = [
            hit for hit in ranked if hit.event in _SUFFERED and _is_of(piece.doc[hit.token], piece.doc[ranked[0].token])
        ]
        ranked = done + ranked  # "the number of "terrorists" killed" is about the killing
    if not ranked or cost(ranked[0], piece) >= _BACKGROUND or _only_judged(ranked[0], piece):
        return None
    if told := next((hit for hit in ranked if hit.event == "inform" and _told_of(hit, ranked[0], piece)), None):
        return told
    if ranked[0].event == "fight":
        return _fought(ranked, piece)
    if ranked[0].event == "contradict":
        return next(_contradicted(ranked, piece), ranked[0])
    if ranked[0].event != "blame" or mutual(piece):
        return ranked[0]
    # "Accused of staging it" is about the staging; "blamed for the raid" about who did it.
    of_what = (hit for hit in ranked if hit.token > ranked[0].token and not hit.weak and hit.event not in _FRAMING)
    return next((hit for hit in of_what if events.act(hit.event) not in ("raid", "fight")), ranked[0])


_SUFFERED = frozenset({"kill", "wound", "eliminate", "detain", "destroy"})


def _is_of(done: Token, noun: Token) -> bool:
    """Whether the participle tells what became of the noun."""
    return done.head == noun and done.dep_ in ("acl", "relcl")


def _fought(ranked: Sequence[EventHit], piece: Span) -> EventHit:
    """ "Battling a group that crossed the border" tells of the crossing; how long it goes on, of the battle."""
    fight = ranked[0]
    against = {word.i for part in fight.parts for noun in objects(piece.doc[part]) for word in noun.subtree}
    raids = (hit for hit in ranked if hit.token in against and events.act(hit.event) == "raid" and not hit.weak)
    return fight if state(fight, piece) else next(raids, fight)


def _contradicted(ranked: Sequence[EventHit], piece: Span) -> Iterator[EventHit]:
    """What is denied with a noun: "denied reports of the capture of N" is about the capture."""
    verbs = [piece.doc[part] for part in ranked[0].parts if piece.doc[part].pos_ == "VERB"]
    below = {word.i for verb in verbs for child in verb.children if child.dep_ == "dobj" for word in child.subtree}
    return (hit for hit in ranked if hit.token in below and not hit.weak and hit.event not in _FRAMING)


def _told_of(telling: EventHit, what: EventHit, piece: Span) -> bool:
    """Whether the event is only what somebody is told of: "the president was informed of the raid"."""
    verbs = [token for token in (piece.doc[part] for part in telling.parts) if _is_passive(token)]
    below = {word.i for verb in verbs for child in verb.children if child.dep_ == "prep" for word in child.subtree}
    return what.token in below


def _is_passive(token: Token) -> bool:
    return any(child.dep_ == "auxpass" for child in token.children)


def cost(hit: EventHit, piece: Span) -> float:
    """How far the event is from being what the piece is about."""
    depth = min(_depth(piece.doc[part], piece) for part in hit.parts)
    return depth + _WEAK * hit.weak + _FRAMING.get(hit.event, 0.0) - _TURNING.get(hit.event, 0.0)


def _depth(token: Token, piece: Span) -> float:
    """How far below the piece's own top the token stands; light words on the way cost half."""
    cost = 0.0
    while token.i not in (piece.root.i, token.head.i) and inside(token.head, piece):
        step = _STEP.get(token.dep_, _OTHER_STEP)
        cost += step / 2 if events.lemma_of(token.head) in terms().light else step
        if token.dep_ == "nsubj" and token.pos_ == "NOUN" and _says_of_it(token):
            cost += _BROUGHT_ABOUT
        if token.lower_ in terms().background and token.dep_ in ("prep", "mark"):
            cost += _BACKGROUND
        token = token.head
    return cost


def _says_of_it(subject: Token) -> bool:
    """Whether something else is told of the event: what it caused, or did ("the collapse poses a threat")."""
    verb = subject.head
    return events.lemma_of(verb) in _CAUSES or any(child.dep_ in ("dobj", "dative") for child in verb.children)


def _only_judged(main: EventHit, piece: Span) -> bool:
    """Whether the event is only what something is said of ("the raid was a sign of weakness"), not what is said."""
    token: Token = piece.doc[main.token]
    if any(not token.is_ancestor(piece.doc[part]) for part in main.parts if part != main.token):
        return False  # "the situation is under control": how it is is part of it
    said = {"attr", "acomp"} & {child.dep_ for child in token.head.children}
    return token.dep_ == "nsubj" and token.head.lemma_ == "be" and bool(said) and main.event != "responsible"


def by_object(hit: EventHit, piece: Span) -> EventHit:
    """The event by what it is done to: a vehicle is captured as booty, a soldier as a prisoner."""
    event = piece.doc[hit.token]
    if hit.event == "responsible" and (done := next(_carried_out(hit, piece), None)):
        noun, what = done
        return hit._replace(event=what, weak=False, parts=tuple(sorted({*hit.parts, noun})))
    for classes, things, becomes in _BY_OBJECT:
        if hit.event in classes and things & {kind_of(noun) for part in hit.parts for noun in objects(piece.doc[part])}:
            return hit._replace(event=becomes, weak=False)
    if _moved(hit, piece):
        return hit
    for classes, subjects, becomes in _BY_SUBJECT:
        if hit.event in classes and subjects & {kind_of(noun) for noun in actors(event, piece)}:
            return hit._replace(event=becomes, weak=False)
    return hit


def _moved(hit: EventHit, piece: Span) -> bool:
    """Whether a headline leaves out that they were: "residents evacuated", "900 people brought out"."""
    verbs = [piece.doc[part] for part in hit.parts if piece.doc[part].tag_ in {"VBN", "VBD"}]
    return hit.event == "evacuate" and any(all(c.dep_ != "dobj" for c in verb.children) for verb in verbs)


def _carried_out(hit: EventHit, piece: Span) -> Iterator[tuple[int, str]]:
    """What was carried out, or somebody is behind, when it is no raid: strikes, a detonation, an evacuation."""
    for token in (piece.doc[part] for part in hit.parts):
        of = [token] if token.lower_ == "behind" else [c for c in token.children if c.lower_ in ("for", "behind")]
        told = [noun for prep in of for noun in prep.children if noun.dep_ == "pobj"]
        for noun in (*objects(token), *told):
            for found in events.lookup(events.lemma_of(noun), noun.pos_):
                if not found.weak and events.act(found.event) not in ("raid", "fight") and inside(noun, piece):
                    yield noun.i, by_object(EventHit(noun.i, found.event, found.weak, (noun.i,)), piece).event


def negated(main: EventHit, piece: Span) -> bool:
    """Whether the main event is said not to be: "no one was killed", "did not result in injuries"."""
    token: Token = piece.doc[main.token]
    if any(piece.doc[at].lower_ == "without" for at in range(max(piece.start, main.token - 3), main.token)):
        return True
    for _ in range(5):
        near = [token, *token.children]
        near += [
            word
            for noun in token.children
            if noun.dep_ in ("nsubj", "nsubjpass", "dobj", "attr")
            for word in (noun.left_edge, *noun.children)
        ]
        if any((word.dep_ == "neg" or word.lower_ in _NO) and word.i not in main.parts for word in near):
            return not any(_but(word) for word in near)
        if _cannot(token):
            return True
        apart = token.dep_ == "conj" and any(child.dep_ in ("nsubj", "nsubjpass") for child in token.children)
        if apart or token.head.i == token.i or not inside(token.head, piece) or token.dep_ in ("advcl", "relcl"):
            return False
        if token.dep_ == "nsubj" and any(child.dep_ == "dobj" for child in token.head.children):
            return False  # "the blast will not stop the offensive": there was one
        token = token.head
    return False


def _cannot(verb: Token) -> bool:
    """Whether somebody refuses to do it, or it is impossible."""
    if verb.dep_ == "xcomp" and verb.head.lemma_ in _REFUSING:
        return True
    return verb.dep_ in ("xcomp", "ccomp") and any(w.lower_ in _CANNOT for w in (verb.head, *verb.head.children))


def _but(word: Token) -> bool:
    """Whether it is "nobody but", "none other than"."""
    after = word.nbor().lower_ if word.i + 1 < len(word.doc) else ""
    return word.lower_ in _NO and after in ("but", "except", "other")


def state(main: EventHit, piece: Span) -> str | None:
    """How far the main event is: "ended", "continuing", "possible", "planned"; "judged": it is only what something
    is said of; None when it simply happened.
    """
    if judged(piece.doc[main.token], piece):
        return "judged"
    tokens = [piece.doc[part] for part in main.parts]
    nearby = [word for token in tokens for word in (token, *_governors(token))]
    around = [word for near in nearby for word in (near, *near.children) if inside(word, piece)]
    words = {events.lemma_of(word) for word in around} | {word.lower_ for word in around}
    if main.event == "regime" and words & terms().ended:
        return "ended"
    lasting = words & terms().continuing or _LASTING.search(text_of(piece))
    if lasting and main.event not in _STATES:
        return "continuing"
    if words & _PERHAPS and not words & _PERCEIVED:  # "shots could be heard": they were
        return "possible"
    expected = [child for token in tokens for child in token.children if child.dep_ == "acl" and child.tag_ == "VBN"]
    wished = {events.lemma_of(word) for word in (*nearby, *expected) if word not in tokens} & terms().planned
    meant = main.event != "distract" and ("will" in words or wished)
    return "planned" if meant else None


def judged(event: Token, piece: Span) -> bool:
    """Whether something is said of the event: that it "has consequences", "an act of terror" it is called."""
    verb = event.head
    if event.pos_ == "NOUN" and piece.root.pos_ in ("NOUN", "PROPN") and _NAMED.search(text_of(piece)):
        return True
    if event.dep_ == "pobj" and verb.lower_ in ("of", "from", "for") and verb.head.lemma_.lower() in terms().meaning:
        return True
    of_it = event.dep_ == "nsubj" and verb.lemma_ in terms().judging
    called = event.dep_ in ("nsubj", "nsubjpass", "dobj") and verb.lemma_ in _CALLING
    said = {child.dep_ for child in (*verb.children, *event.children)}
    named = "oprd" in said or any(child.lower_ == "as" for child in verb.children)  # "was described as a crime"
    return event.pos_ == "NOUN" and ((of_it and bool(said & {"dobj", "pobj"})) or (called and named))


def _governors(token: Token) -> Iterator[Token]:
    """What the token hangs on, up to the first verb."""
    for word in token.ancestors:
        yield word
        if word.pos_ in ("VERB", "AUX"):
            return
