"""Two monitors on one Redis share the work: what one tells, the other does not."""

from collections import Counter
from pathlib import Path
from typing import Any

from tests.processes import SEEDS, alert_log, configuration, export, receiving
from tests.scenarios.running import running
from tests.scenarios.servers import serving


def test_two_monitors_on_one_server_tell_each_claim_once(
    sightings: list[dict[str, Any]], folder: Path, server_binary: Path
) -> None:
    with serving(server_binary, folder) as server, receiving() as receiver:
        variables = {"MONITOR_REDIS_URL": server.url}
        words = ("replay", SEEDS, "--speed", "max", "--config", configuration(folder, receiver=receiver), "--data")
        one, other = folder / "one", folder / "other"
        with (
            running(*words, one, log=folder / "one.log", variables=variables) as first,
            running(*words, other, log=folder / "other.log", variables=variables) as second,
        ):
            first.ends_well()
            second.ends_well()
        filed = export("sightings", one, variables=variables)
        claims = export("claims", one, variables=variables)
    alerts = sorted(alert_log(one) + alert_log(other), key=lambda alert: alert["seq"])
    assert sorted(filing["id"] for filing in filed) == sorted(filing["id"] for filing in sightings)
    assert [alert["seq"] for alert in alerts] == list(range(1, len(alerts) + 1))
    new = Counter(alert["claim_id"] for alert in alerts if alert["kind"] == "claim.new")
    assert new == Counter(claim["id"] for claim in claims)
    assert receiver.ids == Counter(alert["alert_id"] for alert in alerts)
    assert set(receiver.ids.values()) == {1}
