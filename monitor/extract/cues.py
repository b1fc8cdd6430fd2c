"""The words that tell that somebody says something, and how they stand to it.

A cue's `ways` are the frames it opens:

    clause      says (that) P; "P," says X          noun        announces, denies, blames N
    infinitive  claims to have done                 order       urges X to do
    mind        thinks, hopes, plans: an attitude, no statement
"""

from dataclasses import dataclass

from monitor.extract.vocabulary import participle, words
from monitor.models import Stance


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue word, the frames it opens, and how whoever uses it stands to what is said."""

    lemma: str
    ways: frozenset[str]
    stance: Stance = Stance.ASSERTED

    @property
    def mind(self) -> bool:
        """Whether the cue tells of an attitude, not of a statement."""
        return "clause" not in self.ways


def _table() -> dict[str, Cue]:
    ways: dict[str, set[str]] = {}
    for way, listed in _VERBS.items():
        for word in listed.split():
            ways.setdefault(word, set()).add(way)
    return {word: Cue(word, frozenset(given), _STANCES.get(word, Stance.ASSERTED)) for word, given in ways.items()}


_VERBS = {
    "clause": """
        say tell write tweet post add announce state report claim confirm admit acknowledge insist argue suggest note
        warn declare allege assert maintain stress explain reveal reply respond reiterate repeat emphasise emphasize
        underline underscore point indicate imply hint contend concede disclose estimate assess conclude recall remark
        observe comment mention clarify specify testify swear boast brag complain predict promise pledge vow agree
        deny refute inform brief notify caution reckon believe think understand read describe continue
        retort quip joke lament echo elaborate recount relay retweet publish signal speculate summarise
        summarize affirm aver attest certify proclaim pronounce profess purport relate answer counter inquire wonder
        ask question guarantee assure reassure convey credit criticise criticize urge demand recommend propose
        forecast calculate speak talk exclaim shout yell whisper murmur tout detail document find show
        guess surmise verify object protest confess divulge remind
        caption cite quote ring hear learn lie decide rule advise order instruct
        fume crow gloat grumble sneer scoff snap jeer taunt rage rant sob cry scream bellow thunder moan groan sigh
        plead volunteer venture posit
        """,
    "noun": """
        announce confirm claim deny reject dismiss report blame accuse condemn acknowledge admit declare describe
        refute disavow denounce criticise criticize praise reveal disclose allege call hail label brand dub slam blast
        warn rebut disclaim attribute decry deplore rule outline detail estimate predict note cite mention promise
        demand propose recommend repeat reiterate discuss stress emphasise emphasize highlight question
        proclaim hint signal suggest report document cast portray depict characterise characterize publish release
        share put lambast deride mock ridicule debunk dispute contest vow pledge thank commend applaud present
        """,
    "infinitive": "claim vow promise pledge threaten swear purport profess demand agree offer propose",
    "order": "urge order tell call ask advise instruct warn demand request appeal beg implore command direct encourage",
    "mind": """
        hope want plan expect fear worry intend wish doubt suspect consider feel know regard see view seek aim
        assume imagine anticipate prefer favor favour support oppose remember forget realize realise like love hate
        decide try
        """,
}
_STANCES = (
    dict.fromkeys(
        words("deny reject refute disavow rebut disclaim dismiss debunk dispute contest"),
        Stance.DENIED,
    )
    | dict.fromkeys(["confirm", "acknowledge", "admit", "concede", "verify"], Stance.CONFIRMED)
    | dict.fromkeys(["allege", "purport", "speculate", "rumour", "rumor"], Stance.UNVERIFIED)
)

VERBS: dict[str, Cue] = _table()

PAST = {participle(verb): verb for verb in VERBS}
"""The verbs by their past form, where that is regular."""

# verbs that are cues only together with a word of their own: a particle, an object, a preposition
_TOGETHER: tuple[tuple[str, str, str, Stance], ...] = (
    ("pin", "blame responsibility hopes", "noun", Stance.ASSERTED),
    ("make let", "clear plain known", "clause", Stance.ASSERTED),
    ("take assume accept", "credit responsibility blame", "noun", Stance.ASSERTED),
    ("admit confess", "to", "noun", Stance.CONFIRMED),
    ("point", "finger", "noun", Stance.ASSERTED),
    ("give", "confirmation", "noun", Stance.CONFIRMED),
    (
        "express offer voice extend",
        "condolences sympathy regret outrage alarm concern worry anger doubt doubts skepticism scepticism conviction",
        "noun",
        Stance.ASSERTED,
    ),
    ("speak talk tell write boast brag complain", "of", "noun", Stance.ASSERTED),
    (
        "put raise lower revise correct update increase cut",
        "number toll figure count total tally losses casualties estimate dead deaths killed wounded injured",
        "noun",
        Stance.ASSERTED,
    ),
    ("go", "on", "clause", Stance.ASSERTED),
    ("offer give present tell", "version account explanation story", "clause", Stance.ASSERTED),
    ("shoot fire hit", "back", "clause", Stance.ASSERTED),
    ("play", "down", "noun", Stance.ASSERTED),
    ("hint", "at", "noun", Stance.ASSERTED),
    ("recall recount remember", "seeing hearing watching", "noun", Stance.ASSERTED),
    ("write boast brag complain", "about", "noun", Stance.ASSERTED),
    ("brush wave shrug laugh push", "aside off away", "noun", Stance.DENIED),
    ("distance dissociate", "itself himself herself themselves", "noun", Stance.DENIED),
)
PHRASES: dict[tuple[str, str], Cue] = {
    (verb, word): Cue(f"{verb} {word}", frozenset({way}), stance)
    for verbs, taken, way, stance in _TOGETHER
    for verb in verbs.split()
    for word in taken.split()
}

# verbs that are cues only with a clause that says so itself: a "that", a colon or quotation marks
NEEDS_MARK = words(
    """
    continue read show find ring publish signal credit speak talk question decide order instruct ask point document
    detail tout cite quote call hear learn caption recommend propose demand comment describe respond see know feel
    agree object protest lament criticise criticize convey counter brief notify inform remember realize realise
    repeat echo lie post share release try plan seek aim verify
    rage rant sob cry scream bellow thunder moan groan sigh plead observe volunteer venture posit
    """
)

# nouns that carry what is said: "the claim that P", "reports of N", "X's denial of N"
NOUNS: dict[str, Stance] = (
    dict.fromkeys(
        words(
            """
            claim statement report announcement assertion accusation warning admission message post tweet suggestion
            conclusion assessment estimate declaration remark comment argument news word complaint threat promise
            pledge line
            """
        ),
        Stance.ASSERTED,
    )
    | dict.fromkeys(["allegation", "rumour", "rumor", "speculation", "suspicion"], Stance.UNVERIFIED)
    | dict.fromkeys(["denial"], Stance.DENIED)
    | dict.fromkeys(["confirmation", "acknowledgement", "acknowledgment"], Stance.CONFIRMED)
)
MIND_NOUNS = words("belief hope fear view idea opinion concern doubt plan expectation feeling thought worry desire")

# states of mind that are told with a clause: "is sceptical that P"
STATES = words("skeptical sceptical confident aware certain sure adamant doubtful convinced unaware")

# adverbs and adjectives that leave the truth open
HEARSAY = words(
    """
    reportedly allegedly purportedly supposedly apparently ostensibly alleged purported unconfirmed unverified rumoured
    rumored
    """
)
# "is said to have": others say so, and nobody is named
SAID_OF = words("say report believe think understand rumour rumor allege presume suspect claim assume fear")
RUMOURS = words("reports rumours rumors claims allegations speculation")

# what somebody calls untrue
NAMING = words("call describe label brand dub slam blast deride hail cast portray depict dismiss declare present")
UNTRUE = words(
    "fake lie false untrue hoax fabrication fiction nonsense disinformation misinformation baseless groundless"
)

# who can speak though it is no person: "the statement said", "a video showed"
TEXTS = words(
    """
    statement message post tweet report letter article note release caption appeal text document communique briefing
    update bulletin advisory notice assessment comment dispatch summary tally transcript
    """
)
# "according to the latest data from X"
FIGURES = words("data datum figure information")
FOOTAGE = words(
    """
    video footage clip image imagery photo photograph picture film recording screenshot screengrab cctv reel satellite
    snap
    """
)
PUBLISH = words("publish share release post upload circulate distribute broadcast air tweet obtain show amplify repost")

# what one gives of a matter: "in the words of X", "by X's account"
ACCOUNTS = words(
    "words account version telling estimation reckoning estimate assessment description admission tally count"
)

# what people, groups and institutions are called, beside their names
ROLE_NOUNS = words(
    """
    governor spokesman spokeswoman spokesperson minister president mayor adviser advisor aide official officer
    general commander chief head leader secretary ambassador envoy deputy director chairman colonel representative
    analyst expert blogger correspondent resident fighter founder lawmaker senator prosecutor mp
    """
)
GROUP_NOUNS = words(
    """
    group legion corps militia unit movement faction organisation organization force formation battalion brigade
    regiment
    """
)
AGENCY_NOUNS = words(
    """
    agency ministry service institute think-tank thinktank tank department office directorate committee watchdog
    outlet channel newspaper broadcaster army military command authority government company operator regulator blog
    media headquarters administration council parliament embassy police centre center staff hospital railway side
    intelligence
    """
)
# what a person is called who was named before: "the exiled politician said"
DESCRIBED = words(
    "politician militant lawmaker exile dissident businessman nationalist veteran strongman warlord diplomat nazi"
)
# what is called by its seat, and speaks as one does
SEATS = words("kremlin pentagon white-house downing-street state-department")
MEDIA = words("agency newspaper channel television tv radio magazine paper outlet broadcaster website media blog")
PEOPLE_NOUNS = words(
    """
    officials authorities police source media report military witness witnesses residents governors locals official
    authority man woman people fighter soldier rebel militant partisan saboteur milblogger insurgent volunteer
    citizen doctor rescuer neighbour neighbor witness local survivor prisoner brass
    """
)
SPEAKING = ROLE_NOUNS | GROUP_NOUNS | AGENCY_NOUNS | PEOPLE_NOUNS | DESCRIBED
"""Nouns, mostly lemmas, for those who can speak."""
