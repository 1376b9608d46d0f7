# Clients of Statuspage from PyPI, driven by nothing but another base URL. In: base URL, key, page, a component. Out: a line each that went well.
import sys

base, key, page, component = sys.argv[1:5]

import atlassian_statuspage as statuspage  # noqa: E402

configuration = statuspage.Configuration()
configuration.host = base + "/v1"
configuration.api_key = {"Authorization": key}
configuration.api_key_prefix = {"Authorization": "OAuth"}
client = statuspage.ApiClient(configuration)

incidents = statuspage.IncidentsApi(client)
sent = {"name": "By a client", "status": "investigating", "impact_override": "major", "component_ids": [component]}
made = incidents.post_pages_page_id_incidents({"incident": {**sent, "body": "We look."}}, page)
read = incidents.get_pages_page_id_incidents_incident_id(page, made.id)
assert read.to_dict() == made.to_dict(), "what was read is not what was made"
assert (read.name, read.status, read.impact_override) == (sent["name"], sent["status"], sent["impact_override"])
assert [it.id for it in read.components] == [component]
changed = incidents.patch_pages_page_id_incidents_incident_id({"incident": {"status": "resolved"}}, page, made.id)
assert changed.status == "resolved"
incidents.delete_pages_page_id_incidents_incident_id(page, made.id)
try:
    incidents.get_pages_page_id_incidents_incident_id(page, made.id)
    raise AssertionError("a deleted incident is read")
except statuspage.rest.ApiException as error:
    assert error.status == 404, error.status

components = statuspage.ComponentsApi(client)
part = components.post_pages_page_id_components({"component": {"name": "Made", "description": "By a client"}}, page)
assert components.get_pages_page_id_components_component_id(page, part.id).to_dict() == part.to_dict()
renamed = components.put_pages_page_id_components_component_id({"component": {"name": "Renamed"}}, page, part.id)
assert (renamed.name, renamed.description) == ("Renamed", "By a client")
components.delete_pages_page_id_components_component_id(page, part.id)

subscribers = statuspage.SubscribersApi(client)
reader = subscribers.post_pages_page_id_subscribers({"subscriber": {"email": "reader@example.com"}}, page)
assert reader.email == "reader@example.com"
subscribers.delete_pages_page_id_subscribers_subscriber_id(page, reader.id)
print("atlassian-statuspage")

from notifiers.providers.statuspage import Statuspage, StatuspageComponents, StatuspageMixin  # noqa: E402

here = base + "/v1//pages/{page_id}/"
for provider in (StatuspageMixin, Statuspage, StatuspageComponents):
    provider.base_url = here
told = Statuspage().notify(
    message="By notifiers", api_key=key, page_id=page, status="identified", body="We look.", deliver_notifications=False
)
assert told.ok, told.errors
notified = told.response.json()
assert (notified["name"], notified["status"]) == ("By notifiers", "identified")
assert notified["incident_updates"][0]["deliver_notifications"] is False
assert component in [it["id"] for it in StatuspageComponents()(api_key=key, page_id=page)]
print("notifiers")

import json  # noqa: E402
import os  # noqa: E402
import tempfile  # noqa: E402

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    services = {"ours": {"url": base + "/api/v2/summary.json", "name": "Ours"}}
    with open("services.json", "w", encoding="utf8") as file:
        json.dump(services, file)
    from statuspage_prometheus_exporter.service_checker import check_status_page_service

    seen = check_status_page_service("ours", services["ours"])
    assert seen["success"], seen
    assert seen["component_metadata"], "the exporter saw no components"
    os.chdir("/")
print("statuspage-prometheus-exporter")
