"""What a number counts: the noun it belongs to, and the kind of thing that the noun names.

    three apartment buildings    the noun is "buildings", the kind "buildings"
    70 of the attackers          "attackers"
    nine border villages         "villages", the kind "settlements"
    eight were injured           no noun: the number stands for itself

A kind is a plural, as it is shown; nouns of one kind count as the same thing when figures are compared.
"""

from collections.abc import Mapping

from spacy.tokens import Span, Token

from monitor.extract.numbers import Number, words_in


def table(rows: Mapping[str, str]) -> dict[str, str]:
    """Word to name, from lists of words by name."""
    return {word: name for name, words in rows.items() for word in words.split()}


# What counts as the same kind of thing, whatever it is called.
KINDS = table(
    {
        "people": "person people resident civilian man woman child adult villager local inhabitant citizen passenger "
        "worker boy girl kid schoolchild teenager pensioner driver employee victim evacuee patient pupil farmer family "
        "other individual medic volunteer refugee infant minor student teacher doctor journalist firefighter fireman "
        "rescuer paramedic staff crew suspect detainee protester demonstrator activist accomplice motorist trucker "
        "commuter traveller traveler pedestrian diver shopper",
        "soldiers": "soldier serviceman servicemen servicewoman troop officer conscript guard policeman sailor "
        "marine commander general recruit trooper paratrooper guardsman infantryman reservist mutineer",
        "attackers": "attacker fighter militant saboteur rebel insurgent terrorist nationalist raider gunman "
        "partisan mercenary assailant intruder guerrilla infiltrator",
        "prisoners": "prisoner captive pow hostage",
        "animals": "animal dog cat cow pet",
        "armoured vehicles": "apc afv ifv humvee mrap carrier bmp btr armour armor",
        "tanks": "tank",
        "vehicles": "vehicle car truck lorry bus minibus pickup van ambulance tractor trailer coach",
        "aircraft": "aircraft plane jet warplane bomber aeroplane airplane",
        "helicopters": "helicopter chopper gunship",
        "drones": "drone uav quadcopter",
        "missiles": "missile rocket",
        "shells": "shell mine mortar munition round bomb projectile grenade",
        "explosions": "explosion blast detonation",
        "attacks": "attack strike shelling airstrike bombardment assault",
        "incursions": "incursion raid foray",
        "clashes": "clash battle skirmish engagement",
        "houses": "house home household cottage",
        "apartments": "apartment flat",
        "buildings": "building structure facility",
        "settlements": "settlement village town locality hamlet community",
        "districts": "district municipality",
        "groups": "group unit detachment formation battalion brigade company column",
        "fires": "fire blaze",
        "spans": "span section segment slab",
        "trains": "train",
        "wagons": "wagon carriage railcar",
        "ferries": "ferry ferryboat",
        "ships": "ship vessel boat freighter barge warship",
        "flights": "flight",
        "schools": "school kindergarten nursery",
        "hospitals": "hospital clinic",
        "bodies": "body corpse",
        "bridges": "bridge overpass viaduct flyover",
        "windows": "window pane",
        "customers": "customer consumer",
    }
)
EVENTS = frozenset({"explosions", "attacks", "incursions", "clashes", "fires"})
ANIMATE = frozenset({"people", "soldiers", "attackers", "prisoners", "animals", "groups"})
# What became of what is counted, by the verb (or participle) that it hangs on.
OUTCOMES = table(
    {
        "wounded": "wound injure hurt maim wounded injured",
        "killed": "kill slay murder dead massacre execute",
        "damaged": "damage hit strike shell batter",
        "destroyed": "destroy demolish burn raze flatten wreck obliterate torch ruin",
        "eliminated": "eliminate neutralise neutralize liquidate annihilate wipe",
        "captured": "capture seize take liberate occupy retake recapture control overrun",
        "evacuated": "evacuate relocate resettle rehouse displace move",
        "shot down": "down intercept repel jam suppress",
        "hospitalised": "hospitalise hospitalize",
        "detained": "detain arrest",
        "released": "release free",
        "exchanged": "exchange swap",
        "missing": "missing unaccounted",
        "stranded": "strand",
        "trapped": "trap",
        "found": "find recover",
        "closed": "close shut",
        "cancelled": "cancel ground",
        "reopened": "reopen",
        "repaired": "repair rebuild",
        "reconnected": "reconnect",
        "flooded": "flood submerge inundate",
        "affected": "affect",
        "rescued": "rescue save",
        "launched": "launch fire",
    }
)
# Nouns that name the counted by what became of them.
STATES = words_in("death fatality dead injury wounded injured hurt casualty wound")

# Nouns whose number is no figure: time and measure, ...
MEASURES = words_in(
    """
    second minute hour day week weekend month year decade century time night morning evening afternoon
    metre meter kilometre kilometer km mile foot feet inch yard cm mm m centimetre centimeter kg kilogram tonne ton
    degree percent percentage dollar euro rouble ruble pound hryvnia cent litre liter calibre caliber
    third quarter half fifth tenth
    """
)
# ... and what is talked of.
UNCOUNTED = MEASURES | words_in(
    """
    subscriber follower viewer user reader view like
    reason side thing part goal way point source official statement video clip post question photo picture image message
    channel outlet report claim aide spokesman country nation state version stage phase step front direction hand
    generation place term storey story seat member
    """
)


def counted_noun(number: Number, span: Span) -> Token | None:
    """The noun that is counted, None when the number stands for itself ("eight were injured")."""
    doc = span.doc
    if number.last < span.end and lemma(doc[number.last]) in MEASURES:
        return doc[number.last]  # "a 20 metre-wide crater" counts no craters
    if number.last < span.end and doc[number.last].lower_ == "of" and number.last + 1 < span.end:
        return _after_of(doc[number.last], span)
    head = doc[number.last - 1]
    while number.first <= head.head.i < number.last and head.head.i != head.i:
        head = head.head
    if head.dep_ in ("nummod", "compound", "amod", "quantmod", "advmod", "nmod", "det"):
        noun = head.head
        if noun.i >= number.last and noun.i < span.end and noun.pos_ in ("NOUN", "PROPN") and _near(number, noun):
            return _taken(noun)
    behind = _next_noun(number, span)
    return _taken(behind) if behind is not None else None


def _taken(noun: Token) -> Token:
    """Who was taken, of "two soldiers prisoner"."""
    held = noun.tag_ == "NN" and noun.lower_ in ("prisoner", "captive", "hostage")
    return noun.nbor(-1) if held and noun.i and noun.nbor(-1).tag_ == "NNS" else noun


def _near(number: Number, noun: Token) -> bool:
    between = noun.doc[number.last : noun.i]
    return len(between) <= 7 and not any(
        token.pos_ in ("VERB", "AUX", "ADP") and token.tag_ not in ("VBN", "VBG") for token in between
    )


def _after_of(of: Token, span: Span) -> Token | None:
    """The first noun after "three of the …" or "three of what appeared to be …", if any."""
    for token in span.doc[of.i + 1 : min(of.i + 14, span.end)]:
        if token.lower_ in STATES:
            return token
        if token.dep_ == "poss":  # "900 of the city's residents"
            continue
        if token.pos_ in ("PRON", "DET") and token.lower_ in ("them", "these", "those", "which", "whom", "us"):
            return None
        if token.pos_ == "NOUN" and not (
            token.i + 1 < span.end and token.nbor().pos_ in ("NOUN", "PROPN") and token.dep_ == "compound"
        ):
            return token
    return None


def _next_noun(number: Number, span: Span) -> Token | None:
    """The head of the run of adjectives and nouns behind the number; participles of outcome end it."""
    noun = None
    for token in span.doc[number.last : min(number.last + 7, span.end)]:
        if token.pos_ in ("NOUN", "PROPN") and token.lower_ not in OUTCOMES:
            noun = token
        elif noun is not None or not (
            token.pos_ in ("ADJ", "NUM", "DET")
            or token.tag_ in ("VBN", "VBG", "POS")
            or token.text in ("-", "'", '"', "‘", "’")
        ):
            break
        if token.lower_ in OUTCOMES and noun is None and _ends_there(token, span):
            break
    return noun


def _ends_there(token: Token, span: Span) -> bool:
    """In "eight injured in the shelling" the participle stands for the people: no noun follows at once."""
    return token.i + 1 >= span.end or token.nbor().pos_ not in ("NOUN", "PROPN", "ADJ")


def lemma(token: Token) -> str:
    return token.lemma_.lower()


_BY_MODIFIER = (
    (("vehicle", "system"), words_in("aerial"), "drones"),
    (("vehicle", "carrier"), words_in("armoured armored personnel combat tactical fighting"), "armoured vehicles"),
    (("tank",), words_in("fuel oil storage water gas diesel petrol"), "storage tanks"),
)


def kind_of(noun: Token) -> str | None:
    """What kind of thing the noun names, as a plural; None for a name that is no kind at all."""
    word = lemma(noun)
    modifiers = {token.lower_ for token in noun.lefts} | {token.lower_ for left in noun.lefts for token in left.lefts}
    for words, before, kind in _BY_MODIFIER:
        if word in words and modifiers & before:
            return kind
    for spelling in (word, noun.lower_, noun.lower_.rstrip("s")):
        if spelling in KINDS:
            return KINDS[spelling]
    if word in STATES:
        return "people"
    if not word.isalpha() or len(word) < 3 or (noun.pos_ == "PROPN" and noun.tag_ == "NNP"):
        return None
    if noun.tag_ in ("NNS", "NNPS"):
        return noun.lower_
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")
