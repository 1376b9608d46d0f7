// The walks of who may see a page and who is told of it. In: nothing. Out: tests.
import { expect } from "bun:test";
import { type Asked, ask, change, ids, test, world } from "./statuspage-v1-walk.ts";

export function walkPeople(): void {
  test("statuspage-v1/an organisation's users: added, listed, given rights on pages, removed", async () => {
    const [usersPath, permissionsPath] = [
      "/organizations/{organization_id}/users",
      "/organizations/{organization_id}/permissions/{user_id}",
    ];
    const key = world.adminToken;
    const ours = { organization_id: "4pk8jd3m1x0z" };
    const sent = { email: "Ann@example.com", first_name: "Ann Mary", last_name: "van Dyk" };
    const add = (status: number, user: object) =>
      ask(`POST ${usersPath}`, status, { key, params: ours, body: { user } });
    const user = await add(201, { ...sent, password: "four words of hers" });
    expect(user).toMatchObject({ ...sent, ...ours });
    expect(await ask(`GET ${usersPath}`, 200, { key, params: ours })).toEqual([user]);
    expect(await ask(`GET ${usersPath}`, 200, { key, params: ours, query: "?page=2" })).toEqual([]);
    await add(422, { ...sent, email: "bob@example.com", password: "short" });
    await add(422, { ...sent, password: undefined });
    const params = { ...ours, user_id: user.id };
    const told = (...pages: readonly object[]) => ({
      user_id: user.id,
      pages,
      data: { user_id: user.id, pages: null },
    });
    const read = () => ask(`GET ${permissionsPath}`, 200, { key, params });
    expect(await read()).toEqual(told());
    const put = (status: number, rights: object | null, page = world.page) =>
      ask(`PUT ${permissionsPath}`, status, {
        key,
        params,
        body: { pages: rights === null ? {} : { [page]: rights } },
      });
    const none = { page_configuration: false, incident_manager: false, maintenance_manager: false };
    for (const rights of [
      {},
      { incident_manager: true },
      { incident_manager: true, maintenance_manager: true },
      { page_configuration: true, incident_manager: true, maintenance_manager: true },
    ]) {
      const wanted = told({ page_id: world.page, ...none, ...rights });
      expect(await put(200, rights)).toEqual(wanted);
      expect(await read()).toEqual(wanted);
    }
    await put(200, null);
    expect(await read()).toEqual(told());
    // Of another page's key, and of one that may not, nothing is answered.
    expect((await world.send("GET", `/v1/organizations/x/users`)).status).toBe(403);
    expect((await world.send("GET", `/v1/organizations/x/permissions/${user.id}`)).status).toBe(403);
    for (const [refused, says] of [
      [{ maintenance_manager: true }, "no role has just these rights"],
      [{ page_configuration: true }, "no role has just these rights"],
    ] as const) {
      const reply = await world.send(
        "PUT",
        `/v1/organizations/x/permissions/${user.id}`,
        { pages: { [world.page]: refused } },
        key,
      );
      expect([reply.status, JSON.stringify(reply.json)]).toEqual([422, expect.stringContaining(says)]);
    }
    const unknown = await world.send(
      "PUT",
      `/v1/organizations/x/permissions/${user.id}`,
      { pages: { nosuch: {} } },
      key,
    );
    expect([unknown.status, unknown.json.error]).toEqual([422, ["There is no page nosuch."]]);
    const taken = await world.send(
      "POST",
      `/v1/organizations/x/users`,
      { user: { ...sent, email: "ann@EXAMPLE.com", password: "four words of hers" } },
      key,
    );
    expect(taken.status).toBe(409);
    expect(await ask(`DELETE ${usersPath}/{user_id}`, 200, { key, params })).toMatchObject(sent);
    await ask(`GET ${permissionsPath}`, 404, { key, params });
    await ask(`DELETE ${usersPath}/{user_id}`, 404, { key, params });
  });

  test("statuspage-v1/page access users and groups: created, listed, given components and metrics, deleted", async () => {
    const [usersPath, groupsPath] = [
      "/pages/{page_id}/page_access_users",
      "/pages/{page_id}/page_access_groups",
    ];
    const { json: metric } = await world.send("POST", `/v1/pages/${world.page}/metrics`, {
      metric: { name: "Latency" },
    });
    const group = await ask(`POST ${groupsPath}`, 201, {
      body: {
        page_access_group: { name: "Staff", external_identifier: "cn=staff", metric_ids: [metric.id] },
      },
    });
    expect(group).toMatchObject({ name: "Staff", external_identifier: "cn=staff", metric_ids: [metric.id] });
    const ofGroup = { page_access_group_id: group.id };
    const sent = { email: "ann@example.com", external_login: "ann", page_access_group_ids: [group.id] };
    const user = await ask(`POST ${usersPath}`, 201, { body: { page_access_user: sent } });
    expect(user).toMatchObject({ ...sent, page_access_group_id: group.id });
    const ofUser = { page_access_user_id: user.id };
    expect(await ask(`GET ${usersPath}/{page_access_user_id}`, 200, { params: ofUser })).toEqual(user);
    expect(ids(await ask(`GET ${usersPath}`, 200, { query: "?email=Ann@example.com" }))).toEqual([user.id]);
    expect(await ask(`GET ${usersPath}`, 200, { query: "?email=nobody@example.com" })).toEqual([]);
    await ask(`POST ${usersPath}`, 409, { body: { page_access_user: { email: "ANN@example.com" } } });
    expect(
      (await ask(`GET ${groupsPath}/{page_access_group_id}`, 200, { params: ofGroup })).page_access_user_ids,
    ).toEqual([user.id]);
    await change(
      `${usersPath}/{page_access_user_id}`,
      ofUser,
      { page_access_user: { email: "anna@example.com" } },
      `${usersPath}/{page_access_user_id}`,
    );
    await change(
      `${groupsPath}/{page_access_group_id}`,
      ofGroup,
      { page_access_group: { name: "All staff", page_access_user_ids: [user.id] } },
      `${groupsPath}/{page_access_group_id}`,
    );
    const lists: readonly (readonly [string, Asked["params"] & object, string, string, string])[] = [
      [`${usersPath}/{page_access_user_id}`, ofUser, "component", world.grouped, world.plain],
      [`${usersPath}/{page_access_user_id}`, ofUser, "metric", metric.id, metric.id],
      [`${groupsPath}/{page_access_group_id}`, ofGroup, "component", world.grouped, world.plain],
    ];
    for (const [path, params, word, one, another] of lists) {
      const [list, body] = [`${path}/${word}s`, (...of: string[]) => ({ [`${word}_ids`]: of })];
      const listed = async () => ids(await ask(`GET ${list}`, 200, { params }));
      for (const method of ["PATCH", "PUT"]) await ask(`${method} ${list}`, 200, { params, body: body(one) });
      expect(await listed()).toEqual([one]);
      await ask(`POST ${list}`, 201, { params, body: body(another) });
      expect(await listed()).toEqual([another]);
      await ask(`PATCH ${list}`, 200, { params, body: body(one, another) });
      await ask(`DELETE ${list}/{${word}_id}`, 200, { params: { ...params, [`${word}_id`]: one } });
      expect(await listed()).toEqual([another].filter((id) => id !== one));
      await ask(`DELETE ${list}`, 200, { params, body: body(another) });
      expect(await listed()).toEqual([]);
      if (word === "component") await ask(`POST ${list}`, 404, { params, body: body("nosuchthing0") });
    }
    const ofComponent = { component_id: world.grouped };
    for (const [word, id, path, params] of [
      ["user", user.id, `${usersPath}/{page_access_user_id}`, ofUser],
      ["group", group.id, `${groupsPath}/{page_access_group_id}`, ofGroup],
    ] as const) {
      const of = `/pages/{page_id}/components/{component_id}/page_access_${word}s`;
      await ask(`POST ${of}`, 201, { params: ofComponent, body: { [`page_access_${word}_ids`]: [id] } });
      expect(ids(await ask(`GET ${path}/components`, 200, { params }))).toEqual([world.grouped]);
      await ask(`DELETE ${of}`, 200, { params: ofComponent });
      expect(ids(await ask(`GET ${path}/components`, 200, { params }))).toEqual([]);
    }
    expect(ids(await ask(`GET ${groupsPath}`, 200))).toEqual([group.id]);
    await ask(`DELETE ${groupsPath}/{page_access_group_id}`, 200, { params: ofGroup });
    await ask(`GET ${groupsPath}/{page_access_group_id}`, 404, { params: ofGroup });
    expect(
      (await ask(`GET ${usersPath}/{page_access_user_id}`, 200, { params: ofUser })).page_access_group_ids,
    ).toEqual([]);
    await ask(`DELETE ${usersPath}/{page_access_user_id}`, 204, { params: ofUser });
    await ask(`GET ${usersPath}/{page_access_user_id}`, 404, { params: ofUser });
  });

  test("statuspage-v1/subscribers: each kind is added, read back, listed, counted, changed, unsubscribed", async () => {
    const path = "/pages/{page_id}/subscribers";
    const add = (subscriber: object) => ask(`POST ${path}`, 201, { body: { subscriber } });
    const mail = await add({ email: "Ann@example.com", component_ids: [world.plain] });
    expect(mail).toMatchObject({ mode: "email", email: "Ann@example.com", components: [world.plain] });
    const sure = await add({ email: "bob@example.com", skip_confirmation_notification: true });
    expect(sure).toMatchObject({ skip_confirmation_notification: true, components: [] });
    const text = await add({
      phone_country: "US",
      phone_number: "202-555-0105",
      skip_confirmation_notification: true,
    });
    expect(text).toMatchObject({
      mode: "sms",
      phone_number: "202-555-0105",
      phone_country: "US",
      display_phone_number: "+1 (202) 555-0105",
    });
    const hook = await add({ endpoint: "https://hooks.example.com/x", email: "ops@example.com" });
    expect(hook).toMatchObject({
      mode: "webhook",
      endpoint: "https://hooks.example.com/x",
      email: "ops@example.com",
    });
    for (const [subscriber, says] of [
      [{ email: "ANN@example.com" }, "already subscribed"],
      [{ email: "nobody" }, "Email must be"],
      [{ email: "c@example.com", component_ids: [] }, "at least one"],
      [{ email: "c@example.com", component_ids: ["nosuch"] }, "no component of this page"],
      [{}, "must be given"],
    ] as const)
      expect(JSON.stringify(await ask(`POST ${path}`, 422, { body: { subscriber } }))).toContain(says);
    const params = { subscriber_id: mail.id };
    expect(await ask(`GET ${path}/{subscriber_id}`, 200, { params })).toEqual(mail);
    const listed = async (query: string) => ids(await ask(`GET ${path}`, 200, { query }));
    // Nobody confirmed: what the operator vouched for, and what needs nobody's word.
    expect(await listed("")).toEqual([sure.id, hook.id]);
    expect(await listed("?state=unconfirmed")).toEqual([text.id, mail.id]);
    expect(await listed("?state=all&sort_field=created_at&sort_direction=desc&limit=2&page=1")).toHaveLength(
      2,
    );
    expect(await listed("?state=all&type=sms")).toEqual([text.id]);
    expect(await listed("?state=all&q=ANN@&sort_field=relevance")).toEqual([mail.id]);
    await ask(`GET ${path}`, 422, { query: "?sort_field=relevance" });
    expect(await ask(`GET ${path}/count`, 200)).toMatchObject({
      email: 1,
      sms: 0,
      webhook: 1,
      slack: 0,
      teams: 0,
    });
    expect(await ask(`GET ${path}/count`, 200, { query: "?state=all" })).toMatchObject({ email: 2, sms: 1 });
    expect((await ask(`GET ${path}/histogram_by_state`, 200)).email).toEqual({
      active: 1,
      unconfirmed: 1,
      quarantined: 0,
      total: 2,
    });
    const fewer = await ask(`PATCH ${path}/{subscriber_id}`, 200, {
      params,
      body: { component_ids: [world.grouped] },
    });
    expect(fewer.components).toEqual([world.grouped]);
    expect((await ask(`PATCH ${path}/{subscriber_id}`, 200, { params, body: {} })).components).toEqual([]);
    await world.subscribers.change(world.page, [hook.id], { state: "quarantined" });
    const held = await ask(`GET ${path}/{subscriber_id}`, 200, { params: { subscriber_id: hook.id } });
    expect(held.quarantined_at).not.toBeNull();
    await ask(`POST ${path}/reactivate`, 201, { body: { subscribers: "all" } });
    expect(await listed("?type=webhook")).toEqual([hook.id]);
    await ask(`POST ${path}/resend_confirmation`, 201, { body: { subscribers: [mail.id] } });
    await ask(`POST ${path}/{subscriber_id}/resend_confirmation`, 201, { params });
    expect((await ask(`DELETE ${path}/{subscriber_id}`, 200, { params })).id).toBe(mail.id);
    await ask(`GET ${path}/{subscriber_id}`, 404, { params });
    await ask(`POST ${path}/unsubscribe`, 201, { body: { subscribers: "all", state: "all", type: "sms" } });
    await ask(`POST ${path}/unsubscribe`, 201, { body: { subscribers: [sure.id] } });
    expect(await listed("?state=all")).toEqual([hook.id]);
    expect(ids(await ask(`GET ${path}/unsubscribed`, 200))).toEqual([text.id, mail.id, sure.id]);
    const gone = `/v1/pages/${world.page}/subscribers/${sure.id}?erase=true`;
    expect((await world.send("DELETE", gone)).status).toBe(200);
    expect(ids(await ask(`GET ${path}/unsubscribed`, 200, { query: "?per_page=1&page=2" }))).toEqual([
      mail.id,
    ]);
  });

  test("statuspage-v1/subscribers of an incident: added, read back, listed, unsubscribed", async () => {
    const path = "/pages/{page_id}/incidents/{incident_id}/subscribers";
    const { json: incident } = await world.send("POST", `/v1/pages/${world.page}/incidents`, {
      incident: { name: "Followed" },
    });
    const of = { incident_id: incident.id };
    const made = await ask(`POST ${path}`, 201, {
      params: of,
      body: { subscriber: { email: "eve@example.com" } },
    });
    const params = { ...of, subscriber_id: made.id };
    expect(await ask(`GET ${path}/{subscriber_id}`, 200, { params })).toEqual(made);
    expect(ids(await ask(`GET ${path}`, 200, { params: of }))).toEqual([made.id]);
    expect((await world.send("GET", `/v1/pages/${world.page}/subscribers/${made.id}`)).status).toBe(404);
    await ask(`POST ${path}/{subscriber_id}/resend_confirmation`, 201, { params });
    await ask(`DELETE ${path}/{subscriber_id}`, 200, { params });
    expect(ids(await ask(`GET ${path}`, 200, { params: of }))).toEqual([]);
  });
}
