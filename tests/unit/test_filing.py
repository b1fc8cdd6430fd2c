"""What filing a sighting makes of a claim."""

from monitor.filing import MOST_DISPUTES, MOST_READINGS, file
from monitor.models import EXEMPLARS, Claim, Decision, Link, Sighting
from monitor.protocols import Choice
from tests.unit.making import a_figure, a_sighting, no_claim, same_as

WIRE = "forward units had reached the district centre of Graivoron further to the east of the border"


def filed(*sightings: Sighting) -> Claim:
    """The claim after all of them were filed under it."""
    claim, _ = file(sightings[0], no_claim(), "belgorod")
    for sighting in sightings[1:]:
        claim, _ = file(sighting, same_as(claim), "belgorod")
    return claim


def test_first_sighting_makes_a_claim_of_what_it_says() -> None:
    sighting = a_sighting(figures=(a_figure(6),))
    claim, filing = file(sighting, no_claim("nothing like it"), "belgorod")
    assert filing.decision == Decision.NEW
    assert filing.because == "nothing like it"
    assert (claim.text, claim.claimant, claim.sightings) == (sighting.text, sighting.claimant, 1)
    assert claim.ledger is not None
    assert claim.ledger.latest.value == 6


def test_the_same_sighting_makes_the_same_claim_again() -> None:
    assert file(a_sighting(), no_claim(), "belgorod") == file(a_sighting(), no_claim(), "belgorod")


def test_another_topic_makes_another_claim() -> None:
    assert file(a_sighting(), no_claim(), "belgorod")[0].id != file(a_sighting(), no_claim(), "kursk")[0].id


def test_another_number_of_the_same_counted_thing_is_an_update() -> None:
    claim = filed(a_sighting(figures=(a_figure(6),)))
    after, filing = file(a_sighting(after_hours=9, figures=(a_figure(8),)), same_as(claim), "belgorod")
    assert filing.decision == Decision.UPDATE
    assert after.ledger is not None
    assert [reading.value for reading in after.ledger.readings] == [6, 8]


def test_a_number_that_was_told_before_is_a_repeat() -> None:
    claim = filed(*(a_sighting(after_hours=n, figures=(a_figure(v),)) for n, v in enumerate((6, 8))))
    after, filing = file(a_sighting(after_hours=9, figures=(a_figure(6),)), same_as(claim), "belgorod")
    assert filing.decision == Decision.REPEAT
    assert after.ledger == claim.ledger


def test_a_number_of_something_else_is_no_update() -> None:
    claim = filed(a_sighting(figures=(a_figure(6),)))
    after, filing = file(
        a_sighting(after_hours=1, figures=(a_figure(3, "houses damaged"),)), same_as(claim), "belgorod"
    )
    assert filing.decision == Decision.REPEAT
    assert after.ledger == claim.ledger


def test_a_first_number_opens_the_ledger_without_an_update() -> None:
    claim = filed(a_sighting("several people were wounded"))
    after, filing = file(a_sighting(after_hours=1, figures=(a_figure(6),)), same_as(claim), "belgorod")
    assert filing.decision == Decision.REPEAT
    assert after.ledger is not None


def test_a_sighting_that_brings_a_dispute_is_linked_once() -> None:
    accused = filed(a_sighting("a Ukrainian sabotage group had entered"))
    denial = filed(a_sighting("Kyiv had nothing to do with it", claimant="Podolyak"))
    link = Link(claim_id=accused.id, because="denies involvement")
    first, filing = file(a_sighting(after_hours=1), Choice(claim=denial, because="same", disputes=(link,)), "belgorod")
    assert (filing.decision, filing.disputes, first.disputes) == (Decision.DISPUTE, (link,), (link,))
    again, filing = file(a_sighting(after_hours=2), Choice(claim=first, because="same", disputes=(link,)), "belgorod")
    assert (filing.decision, filing.disputes, again.disputes) == (Decision.REPEAT, (), (link,))


def test_a_denial_that_is_new_is_new_and_linked() -> None:
    link = Link(claim_id="claim_other", because="denies involvement")
    claim, filing = file(a_sighting(), Choice(claim=None, because="none", disputes=(link,)), "belgorod")
    assert (filing.decision, claim.disputes) == (Decision.NEW, (link,))
    assert claim.status == "disputed"


def test_copies_of_one_wire_text_are_one_origin() -> None:
    claim = filed(*(a_sighting(WIRE, outlet=outlet) for outlet in ("Reuters", "ITV News", "Al Jazeera")))
    assert claim.outlets == ("Reuters", "ITV News", "Al Jazeera")
    assert claim.origins == ("Reuters",)


def test_what_is_credited_to_one_agency_is_one_origin_whatever_its_words() -> None:
    agency = a_sighting("six people were wounded", outlet="Reuters")
    taken = a_sighting("half a dozen were hurt", outlet="BBC").model_copy(update={"credit": "Reuters"})
    claim = filed(agency, taken)
    assert (claim.outlets, claim.origins) == (("Reuters", "BBC"), ("Reuters",))


def test_the_same_few_words_are_no_copy() -> None:
    claim = filed(*(a_sighting("six people were wounded", outlet=outlet) for outlet in ("Reuters", "BBC")))
    assert claim.origins == ("Reuters", "BBC")


def test_exemplars_are_the_first_and_the_latest() -> None:
    sightings = [a_sighting(f"six wounded, report {n}", after_hours=n) for n in range(30)]
    kept = filed(*sightings).exemplars
    assert len(kept) == EXEMPLARS
    assert kept == (*sightings[:4], *sightings[-8:])


def test_a_claim_that_gets_another_figure_with_each_post_stays_small() -> None:
    claim = filed(*(a_sighting(figures=(a_figure(n),)) for n in range(MOST_READINGS + 5)))
    assert claim.ledger is not None
    assert [reading.value for reading in claim.ledger.readings] == list(range(MOST_READINGS))
    _, filing = file(a_sighting(figures=(a_figure(-1),)), same_as(claim), "belgorod")
    assert filing.decision == Decision.REPEAT
    assert filing.because.endswith(f"; -1 is not kept, there are {MOST_READINGS} figures")
    _, again = file(a_sighting(figures=(a_figure(1),)), same_as(claim), "belgorod")
    assert "not kept" not in again.because


def test_a_claim_that_disputes_everything_stays_small() -> None:
    links = [Link(claim_id=f"claim_{n}", because="denies involvement") for n in range(MOST_DISPUTES + 5)]
    claim, _ = file(a_sighting(), Choice(claim=None, because="none", disputes=tuple(links[:60])), "belgorod")
    choice = Choice(claim=claim, because="same", disputes=tuple(links))
    after, filing = file(a_sighting(after_hours=1), choice, "belgorod")
    assert (after.disputes, filing.disputes) == (tuple(links[:MOST_DISPUTES]), tuple(links[60:MOST_DISPUTES]))
    assert filing.because.endswith("; disputes 5 more, which are not kept")


def test_revision_grows_with_every_filing() -> None:
    assert filed(*(a_sighting(after_hours=n) for n in range(5))).revision == 5
