"""What a sentence says that happened, by whom, to what, where, and whether."""

import pytest

from tests.unit.saying import GOVERNOR, LEGION, MINISTRY, framed, key_of, parsed
from tests.unit.saying import framer as the_framer


@pytest.mark.parametrize(
    ("text", "main"),
    [
        ("The incursion was aimed at distracting attention from the front.", "distract"),
        ("Work was under way to drive out the saboteurs.", "repel"),
        ("There were signs of fighting in three settlements.", "fight"),
        ("A video showed what appeared to be a captured tank.", "seize-equipment"),
        ("The rebels captured an armoured carrier.", "seize-equipment"),
        ("The rebels captured two soldiers.", "detain"),
        ("The rebels captured the village.", "capture"),
        ("Artillery destroyed a group of militants.", "eliminate"),
        ("Artillery destroyed a bridge.", "destroy"),
        ("The group had entered the village.", "advance"),
        ("The group had entered Russian territory.", "enter"),
        ("Most residents left the town.", "flee"),
        ("Most of the population has left the town.", "flee"),
        ("Residents evacuated.", "evacuate"),
        ("The border incursion was crushed.", "repel"),
        ("The army blew up the dam.", "destroy"),
        ("The army blew up the depot.", "explode"),
        ("The flood hit dozens of towns.", "flood"),
        ("There was no serious radiological health hazard.", "no-hazard"),
        ("The leak poses no short-term danger to the town.", "no-hazard"),
        ("The situation at the plant is under control.", "no-hazard"),
        ("The army sabotaged the bridge.", "destroy"),
        ("Officers were behind the explosion at the bridge.", "destroy"),
        ("Officers were behind the explosion at the depot.", "explode"),
        ("Officers were behind the raid.", "responsible"),
        ("The plant faces a new threat from the destruction of the dam.", "threaten"),
        ("The town has enough water supplies for a week.", "reserves"),
        ("The station is beyond repair.", "destroy"),
        ("The service published an intercepted call.", "show"),
        ("Seven people are missing in the Russian-occupied district.", "missing"),
        ("The governor turned down the agency's request to enter the district.", "refuse-entry"),
        ("The guards turned the residents away.", "refuse-entry"),
        ("Thousands of people are in need of drinking water.", "cut-water"),
        ("The minister will respond extremely harshly to any further raids.", "threaten"),
        ("The governor called off the counter-terrorist operation.", "regime"),
        ("This was deliberate sabotage, he was talking about saboteurs.", "sabotage"),
        ("Eleven drones were destroyed over the region.", "shoot-down"),
        ("Villagers were being held in a shop.", "detain"),
        ("Hundreds of children were taken to camps.", "evacuate"),
        ("Flights were diverted.", "reroute"),
        ("Troops carried out the evacuation of the village.", "evacuate"),
        ("The raid was carried out by the fighters.", "responsible"),
        ("The president had been informed of the attack.", "inform"),
        ("The raid was an attempt to distract from the front.", "distract"),
        ("The number of dead had risen to 22.", "kill"),
        ("Two hostages were released.", "free"),
        ("The group released a video.", "show"),
        ("The governor denied the capture of the village.", "capture"),
        ("The governor denied reports of a raid.", "attack"),
        ("The governor denied the reports.", "contradict"),
        ("The fighters had not taken the village.", "capture"),
        ("The army did not take part in the raid.", "deny-involvement"),
        ("The attackers are Russian citizens.", "involve"),
        ("Missiles brought down the bridge.", "destroy"),
        ("The authorities suspended the movement of trains.", "halt-traffic"),
        ("The concerts were suspended.", "cancel-event"),
        ("Officials ordered the evacuation of nine villages.", "evacuate"),
        ("Troops were battling a group that had crossed the border.", "enter"),
        ("Troops were fighting for a second day against a group that had crossed the border.", "fight"),
        ("Six people were wounded in the shelling.", "wound"),
        ("Kyiv is watching the situation but has nothing to do with it.", "deny-involvement"),
        ("The air force lost two helicopters.", "shoot-down"),
        ("The fighters left Kozinka.", "withdraw"),
        ("Kyiv ordered the attack.", "plotted"),
        ("A criminal case has been opened over the raid.", "investigate"),
        ("The criminal case over the mutiny was dropped.", "drop-case"),
        ("The ambassador was summoned over the attack.", "summon"),
        ("The sides agreed to a ceasefire.", "ceasefire"),
        ("The strikes were in retaliation for the bombing.", "retaliate"),
        ("Armed men stormed over the frontier.", "enter"),
        ("The decision had nothing to do with the attack.", "unrelated"),
        ("The decision was not connected to the attack.", "unrelated"),
        ("Kyiv had nothing to do with the attack.", "deny-involvement"),
        ("Kyiv has not said that it was responsible.", "uncertain"),
        ("The ministry does not comment on the explosion.", "uncertain"),
        ("The groups coordinate with the army.", "support"),
        ("All responsible services are working.", None),
        ("The council listed the strike among its successes.", "strike"),
        ("The corps was formed in March.", None),
        ("The law gives the governor new powers.", None),
        ("Gunmen drove over the border.", "enter"),
        ("Nobody but exiles is taking part in the raid.", "involve"),
        ("The army crushed the incursion.", "repel"),
        ("It put the number of terrorists killed at 30.", "kill"),
        ("What was left of the group was flung back.", "repel"),
        ("The rebels made off with an armoured carrier.", "seize-equipment"),
        ("Washington does not encourage attacks on Russian soil.", "no-approval"),
        ("Ukraine played no direct part in it.", "deny-involvement"),
        ("They are trying to sow fear.", "intimidate"),
        ("Kyiv hit back after the bombing.", "retaliate"),
        ("A drone flew into a block on a quiet street.", "drone"),
        ("Drones hit a depot.", "drone"),
        ("Warheads were being carted off from the depot.", "evacuate"),
        ("The jet fell in a field.", "crash-land"),
        ("The checkpoint has ceased to exist.", "destroy"),
        ("Eight people sought medical assistance.", "wound"),
        ("Three people were aboard.", "aboard"),
        ("The ministry put out a statement about the plant.", None),
    ],
)
def test_the_main_event_is_found_through_light_words_and_by_its_object(text: str, main: str | None) -> None:
    assert framed(text).main == main


def test_what_is_only_judged_has_not_been_said_to_happen() -> None:
    frame = framed("The raid was a sign of weakness.")
    assert frame.main is None
    assert "attack" in frame.classes


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("No one was killed.", True),
        ("It was impossible to blow up the bridge by shelling.", True),
        ("Neither envoy spoke of Ukrainian responsibility for the raid.", True),
        ("Neither side gave figures, but six people were wounded in the town.", False),
        ("The strike did not result in any injuries.", True),
        ("There were no casualties.", True),
        ("Three people were killed.", False),
        ("Kyiv was not involved.", False),  # the class itself says it
        ("The offensive did not begin.", True),
        ("The raid did not change the plans of the army.", False),
    ],
)
def test_the_polarity_of_the_main_event(text: str, negated: bool) -> None:
    assert framed(text).negated is negated


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("The counter-terrorist operation regime has been lifted.", "ended"),
        ("The lifting of the counter-terrorist operation regime", "ended"),
        ("The counter-terrorist operation regime was introduced.", None),
        ("The counter-terrorist operation continues.", "continuing"),
        ("Fighting went on for a second day.", "continuing"),
        ("The village remains under the control of the rebels.", None),
        ("Explosions could be heard.", None),
        ("Explosions could follow.", "possible"),
        ("The group will attack again.", "planned"),
        ("An attack expected to follow", "planned"),
        ("The destruction of the depot will have grave consequences.", "judged"),
        ("He called the shelling of the market an act of terror.", "judged"),
        ("Destruction of the market 'a war crime'", "judged"),
        ("The shelling was called an act of terror.", "judged"),
        ("The shelling has been described as an act of terror.", "judged"),
        ("The far-reaching consequences of the shelling", "judged"),
    ],
)
def test_how_far_the_event_is(text: str, state: str | None) -> None:
    assert framed(text).state == state


@pytest.mark.parametrize(
    ("text", "agents"),
    [
        ("Ukrainian saboteurs crossed the border.", ("ukraine",)),
        ("The raid was carried out by Russian citizens.", ("dissident",)),
        ("Anti-Kremlin fighters attacked the village.", ("dissident",)),
        ("Officials blamed Ukraine for the raid.", ("ukraine",)),
        ("Ukrainian agents blew up the bridge.", ("ukraine",)),
        ("Russian troops attacked the village.", ("russia",)),
        ("The Ukraine dam collapse flooded two towns.", ()),
        ("Ukraine dam destroyed in blast", ()),
        ("Officials say Russia behind blast at dam", ("russia",)),
        ("Russia was behind the explosion at the dam.", ("russia",)),
        ("Moscow and Kyiv blamed each other for the blast.", ()),
    ],
)
def test_on_whose_side_they_are_who_did_it(text: str, agents: tuple[str, ...]) -> None:
    assert framed(text).agents == agents


def test_the_speakers_it_is_the_speaker() -> None:
    assert framed("It had attacked the village.", LEGION).agents == ("dissident",)


def test_who_battles_a_raid_did_not_make_it() -> None:
    assert framed("It was repelling an attack by infiltrators.", MINISTRY).agents == ()


def test_in_a_quote_they_are_others_than_the_speaker() -> None:
    doc = parsed('"They attacked the village."').doc
    assert the_framer().frame(doc[1:-1], claimant_key=key_of(LEGION)).agents == ()
    assert framed("They attacked the village.", LEGION).agents == ("dissident",)


def test_they_of_whom_one_person_speaks_are_others() -> None:
    assert framed("They attacked the village.", "Vyacheslav Gladkov").agents == ()
    assert framed("I attacked the village.", "Vyacheslav Gladkov").agents == ("russia",)


def test_what_each_side_blames_the_other_for_is_no_sides_statement() -> None:
    assert framed("The two blame each other for the raid.", MINISTRY).side is None
    assert framed("The two blame Ukraine for the raid.", MINISTRY).side == "russia"


def test_of_russian_fighters_it_cannot_be_told_whose_they_are() -> None:
    assert set(framed("Russian fighters attacked the village.").agents) == {"russia", "dissident"}


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("Three houses were damaged.", {"house"}),
        ("Drones hit the FSB building.", {"office"}),
        ("An administrative building was damaged.", {"office"}),
        ("Six people were wounded.", {"civilian"}),
        ("Dozens of cars were burned.", {"vehicle"}),
        ("Two of the raiders were captured.", {"fighter"}),
        ("A residential building was damaged.", {"house"}),
        ("Three fuel tanks were damaged.", {"plant"}),
        ("Rescue workers were shelled.", {"rescuer"}),
        ("Two women are in the captivity of the raiders.", set()),
    ],
)
def test_what_it_was_done_to(text: str, targets: set[str]) -> None:
    assert set(framed(text).targets) == targets


def test_a_place_is_its_path_and_the_region_that_holds_it_is_not_told_again() -> None:
    (place,) = framed("The village of Kozinka in the Belgorod region was shelled.").places
    assert place.startswith("belgorod-region/")
    assert place.endswith("/kozinka")
    assert framed("The Belgorod region was shelled.").places == ("belgorod-region",)


@pytest.mark.parametrize("text", ["A jet crashed north of Kozinka.", "A jet crashed 40 km from Kozinka."])
def test_what_lies_beside_a_place_is_not_in_it(text: str) -> None:
    assert not any(place.endswith("/kozinka") for place in framed(text).places)


def test_the_claimants_family_and_side_are_in_the_frame() -> None:
    frame = framed("Six people were wounded.", GOVERNOR)
    assert (frame.family, frame.side) == ("governor", "russia")
    assert framed("Six people were wounded.").family is None


def test_event_words_of_one_class_are_one_lemma() -> None:
    assert "@wound" in framed("Six people were injured.").lemmas
    assert "@wound" in framed("Six people were wounded.").lemmas


def test_the_sentence_is_where_it_begins_in_the_document() -> None:
    doc = parsed("Nothing moved. Two houses burned.").doc
    assert the_framer().frame(doc[4:], offset=100).sentence == 115


def test_what_is_denied_is_a_denial_though_the_piece_does_not_say_so() -> None:
    involvement = the_framer().frame(parsed("any involvement in the raid"), denied=True)
    assert involvement.main == "deny-involvement"
    shelling = the_framer().frame(parsed("its troops had shelled the town"), denied=True)
    assert (shelling.main, shelling.negated) == ("strike", True)


def test_what_brought_an_event_about_is_not_the_event() -> None:
    assert framed("The attack triggered a mass exodus of residents.").main == "flee"


def test_who_blame_each_other_tell_of_the_blame() -> None:
    assert framed("Moscow and Kyiv blamed each other for destroying the bridge.").main == "blame"
    assert framed("Moscow blamed Kyiv for destroying the bridge.").main == "destroy"


def test_what_is_told_of_an_event_comes_before_the_event() -> None:
    assert framed("The destruction of the depot has brought a new threat to the town.").main == "threaten"


@pytest.mark.parametrize(
    "text",
    ["It was not yet known whether the drone had been shot down.", "Officials have not determined who was behind it."],
)
def test_what_nobody_knows_is_not_said_to_be(text: str) -> None:
    assert framed(text).main == "uncertain"


def test_names_that_the_topic_does_not_know_are_kept_apart() -> None:
    assert framed("Two people were wounded in Malinovka near Graivoron.").names == ("malinovka",)
    assert framed("Two People Wounded In Malinovka Shelling Tuesday").names == ()


def test_what_could_happen_has_not_happened() -> None:
    assert framed("The raid could force the troops to withdraw.").state == "possible"


def test_whose_own_side_did_not_attack_denies_to_have_had_a_part_in_it() -> None:
    ours = framed("Ukraine did not attack the bridge.", "Mykhailo Podolyak")
    assert (ours.main, ours.negated) == ("deny-involvement", False)
    theirs = framed("Ukraine did not attack the bridge.", GOVERNOR)
    assert (theirs.main, theirs.negated) == ("attack", True)
    policy = framed("Ukraine does not encourage strikes inside Russia.", "Mykhailo Podolyak")
    assert policy.main != "deny-involvement"


@pytest.mark.parametrize(
    ("done", "undone"),
    [
        ("The border crossing was closed.", "The border crossing was reopened."),
        ("A curfew was imposed in the city.", "The curfew in the city was lifted."),
        ("Charges were brought against the general.", "Charges against the general were dropped."),
        ("An air raid alert was declared in the region.", "The air raid alert in the region was lifted."),
        ("The council adopted the resolution.", "The council's session ended without a resolution."),
        ("A general was appointed to lead the border troops.", "The general was dismissed from his post."),
    ],
)
def test_what_is_done_is_another_event_than_its_undoing(done: str, undone: str) -> None:
    one, other = framed(done), framed(undone)
    assert one.main
    assert other.main
    assert one.main != other.main


@pytest.mark.parametrize("text", ["No trains were running to the south.", "The suburb is without water."])
def test_a_negation_that_is_part_of_the_event_does_not_deny_it(text: str) -> None:
    assert not framed(text).negated


def test_what_a_denied_shortage_says_is_that_there_is_none() -> None:
    assert framed("There is no shortage of fuel.").negated


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("No trains were running to the south.", "train"),
        ("No ferries are crossing the bay.", "ferry"),
        ("The port was shut on Monday.", "port"),
    ],
)
def test_what_stopped_is_what_it_was_done_to(text: str, target: str) -> None:
    assert target in framed(text).targets


def test_what_lasts_is_the_same_while_it_goes_on() -> None:
    assert framed("Six sailors are still missing.").state == framed("Six sailors are missing.").state
    assert framed("The artillery is still firing.").state == "continuing"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The carriageway was damaged.", "The roadway was damaged."),
        ("A span was damaged.", "A section was damaged."),
        ("A trailer was damaged.", "A lorry was damaged."),
        ("A gas main was damaged.", "A gas pipeline was damaged."),
    ],
)
def test_words_that_stand_for_one_another_are_one_word(one: str, other: str) -> None:
    assert set(framed(one).lemmas) == set(framed(other).lemmas)


@pytest.mark.parametrize(
    "text",
    [
        "the army prevented a breakthrough of the border",
        "the enemy's advance had been halted",
        "an attempt of the enemy to break through is suppressed",
    ],
)
def test_what_was_prevented_was_repelled(text: str) -> None:
    assert framed(text).main == "repel"


def test_the_day_of_an_event_is_none_of_its_words_and_no_name() -> None:
    told = framed("A drone struck the depot in Graivoron on Tuesday.")
    assert "tuesday" not in (*told.lemmas, *told.names)


def test_a_direction_is_no_side() -> None:
    assert framed("the western half of the town had come under Ukrainian control").agents == ()


def test_who_does_not_come_back_alive_was_killed() -> None:
    assert framed("two of the men who went in had not come back alive").main == "kill"
    assert framed("residents were asked not to come back home").main == "return-ban"


def test_a_raid_is_staged_as_it_is_carried_out_and_what_one_refuses_to_do_is_not_done() -> None:
    assert framed("the group that staged the raid into Russia").main == "attack"
    assert framed("the troops refused to evacuate civilians").negated


def test_nobody_but_them_is_no_denial() -> None:
    assert not framed("Nobody but exiles is taking part in the raid.").negated
    assert framed("Nobody is taking part in the raid.").negated


def test_drones_are_what_it_is_done_with_not_what_it_is_done_to() -> None:
    assert framed("The fire was due to a drone strike.").targets == ()
    assert framed("A drone struck the depot.").targets == ("plant",)
    assert framed("Two drones were shot down.").targets == ("drone",)
