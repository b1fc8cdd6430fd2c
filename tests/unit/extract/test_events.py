"""Which words say that something happened."""

import pytest

from monitor.extract import events
from tests.unit.saying import parsed


def said_in(text: str) -> set[str]:
    return {hit.event for hit in events.of(parsed(text)) if not hit.weak}


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Fighters took full control of the village.", "capture"),
        ("The troops drove the attackers back over the border.", "repel"),
        ("The raiders were pushed out of the town.", "repel"),
        ("Clashes broke out near the crossing.", "fight"),
        ("Several settlements were left without power.", "cut-power"),
        ("Residents had to leave their homes.", "evacuate"),
        ("Kyiv had absolutely nothing to do with the raid.", "deny-involvement"),
        ("Ukraine was not involved.", "deny-involvement"),
        ("Kyiv says it was not behind the raid.", "deny-involvement"),
        ("Ukraine has no direct relation to it.", "deny-involvement"),
        ("The officials denied any involvement.", "deny-involvement"),
        ("A group claimed shared responsibility for the assault.", "claim-responsibility"),
        ("The same men were behind the attack.", "responsible"),
        ("The counter-terrorist operation regime was introduced.", "regime"),
        ("The dam was breached and villages were flooded.", "flood"),
        ("A drone was shot down over the city.", "shoot-down"),
        ("It is too early to return to the villages.", "return-ban"),
        ("A criminal case was opened.", "investigate"),
        ("The evacuation of civilians is over.", "evacuate"),
        ("Drones Hit Buildings In Belgorod", "drone"),
        ("Firefighters put out the blaze at the depot.", "extinguish"),
        ("The fire was brought under control.", "extinguish"),
        ("Flames engulfed the depot.", "burn"),
        ("The prisoners were handed over.", "exchange"),
        ("Prisoners were released in exchange for two officers.", "exchange"),
        ("A train came off the rails.", "crash"),
        ("Residents were told to stay in basements.", "shelter"),
        ("The strike will not go unpunished.", "threaten"),
        ("The minister called for an emergency session of the council.", "meet"),
        ("The accusations against Kyiv are groundless.", "deny-involvement"),
        ("Washington was unable to determine who did it.", "uncertain"),
        ("The explosion plunged the town into darkness.", "cut-power"),
        ("Electricity supply was restored.", "restore"),
        ("Saboteurs were blown up by a mine.", "mine"),
        ("A span of the bridge fell into the river.", "breach"),
        ("A boy was hit in the leg by a bullet.", "wound"),
        ("Government troops encircled the town of Marvik.", "besiege"),
        ("The general announced an armed rebellion against the ministry.", "coup"),
        ("Two companies of the guard went over to the rebels.", "defect"),
        ("Governors pledged loyalty to the president.", "loyal"),
        ("The crew put up a white flag.", "surrender"),
        ("The column turned around 200 km from the capital.", "turn-back"),
        ("Excavators dug up the motorway south of the city.", "roadblock"),
        ("Special forces stormed the parliament.", "storming"),
        ("The rebels demanded the resignation of the minister.", "demand"),
        ("The fighters handed over their weapons to the army.", "disarm"),
        ("The van was packed with explosives.", "bomb-vehicle"),
        ("Three unmanned boats entered the harbour.", "sea-drone"),
        ("Sirens wailed in the capital at dawn.", "air-alarm"),
        ("The air raid alert was lifted after two hours.", "all-clear"),
        ("The president addressed the nation on Saturday.", "address"),
        ("Parliament adopted a law on foreign agents.", "legislate"),
        ("The talks ended without an agreement.", "no-outcome"),
        ("The general was relieved of his duties.", "resign-post"),
        ("The president put the guard in charge of the port.", "appoint"),
        ("The sides agreed to a ceasefire.", "ceasefire"),
        ("The fighters were granted an amnesty.", "amnesty"),
        ("The ministry summoned the ambassador.", "summon"),
        ("Thousands took to the streets of the capital.", "protest"),
        ("The owner was put on a wanted list.", "wanted"),
        ("The criminal case against him was dropped.", "drop-case"),
        ("The government set up a commission of inquiry.", "inquiry"),
        ("Traces of explosives were found on the wreckage.", "finding"),
        ("The bombing was ordered by a foreign intelligence service.", "plotted"),
        ("Hackers broke into the evening broadcast.", "hacked"),
        ("The regulator blocked the website.", "censor"),
        ("Security was tightened around the ministry.", "security"),
        ("A curfew was imposed in the capital.", "curfew"),
        ("The governor scrapped the restrictions.", "lift-ban"),
        ("The border crossing was reopened.", "open-border"),
        ("The strike was a response to the attack on the port.", "retaliate"),
        ("All flights from the capital were grounded.", "halt-traffic"),
        ("Tram services were cancelled.", "halt-traffic"),
        ("Trams are running again.", "resume-traffic"),
        ("Trains are being rerouted through the north.", "reroute"),
        ("A ten-kilometre tailback formed at the crossing.", "queue"),
        ("Grain exports were halted.", "halt-trade"),
        ("Oil loadings resumed on Wednesday.", "resume-trade"),
        ("Taps ran dry in half of the city.", "cut-water"),
        ("Half of the city is without heating.", "cut-heating"),
        ("Mobile internet was shut down in the region.", "cut-comms"),
        ("Heating has been restored to 40 buildings.", "restore-supply"),
        ("Sales of diesel were capped.", "ration"),
        ("Pharmacies are running out of insulin.", "shortage"),
        ("The roof caved in.", "collapse"),
        ("Windows were blown out in the hospital.", "windows"),
        ("The main span is intact.", "intact"),
        ("Two workers remain unaccounted for.", "missing"),
        ("Six sailors are missing.", "missing"),
        ("Rescuers recovered two bodies from the rubble.", "recover-body"),
        ("Pupils switched to remote learning.", "schools"),
        ("Dead fish washed up on the beach.", "pollute"),
        ("There is no danger to the public.", "no-hazard"),
        ("Families of the dead will receive compensation.", "compensate"),
        ("Damage is estimated at 40 million dollars.", "cost"),
        ("Evacuees were put up in a school.", "accommodate"),
        ("The tugboat capsized.", "sink"),
    ],
)
def test_a_sentence_says_its_event(text: str, event: str) -> None:
    assert event in said_in(text)


@pytest.mark.parametrize(
    "text", ["The garden is green.", "Our readers wrote to us on Sunday.", "He is forty years old."]
)
def test_a_sentence_without_an_event_says_none(text: str) -> None:
    assert said_in(text) == set()


def test_a_phrase_takes_its_words_own_classes_away() -> None:
    assert said_in("They had nothing to do with it and were not responsible for anything.") == {"deny-involvement"}


def test_what_a_work_is_called_by_is_no_event() -> None:
    assert events.of(parsed("The power station stands near the gas pipeline.")) == ()


def test_a_weak_word_is_told_as_weak() -> None:
    assert all(hit.weak for hit in events.of(parsed("The company will support the festival.")))


def test_hits_point_at_their_words() -> None:
    piece = parsed("The troops beat the saboteurs back.")
    hit = next(hit for hit in events.of(piece) if hit.event == "repel")
    assert [piece.doc[part].text for part in hit.parts] == ["beat", "back"]


def test_a_span_of_a_longer_text_keeps_the_documents_indices() -> None:
    doc = parsed("Nothing moved at night. Two houses burned down.").doc
    assert {doc[hit.token].text for hit in events.of(doc[5:])} == {"burned"}


def test_kin_goes_both_ways_and_every_class_named_is_one() -> None:
    known = set(events.classes())
    for event in known:
        assert events.kin(event) <= known
        assert all(event in events.kin(other) for other in events.kin(event))


def test_who_entered_and_who_was_behind_it_tell_of_one_act() -> None:
    assert events.act("enter") == events.act("responsible") == events.act("blame")
    assert events.act("wound") == "wound"


def test_an_unknown_word_says_nothing() -> None:
    assert events.lookup("lampshade", "NOUN") == ()
    assert events.kin("no such class") == frozenset()
