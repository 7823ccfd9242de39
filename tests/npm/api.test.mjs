// The behaviour of the package, in both builds and with both kinds of hosts.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as host from "claimgate";
import * as pure from "claimgate/pure";
import { algorithms, exchangeBody, goodClaims, issuer, jwks, make, now, policies, request, signed, url } from "./helpers.mjs";

for (const [name, { Engine, decodeUnverified, matchPattern, parseJwks, parsePolicies, init }] of Object.entries({ host, pure })) {
  describe(name, () => {
    test("a token of each algorithm is allowed, and a changed one is not", async () => {
      await init();
      using_(make(Engine), (engine) => {
        for (const algorithm of algorithms) {
          const token = signed({}, {}, algorithm);
          const decision = engine.decide({ token, request, now });
          const grant = { admin: false, roleId: null };
          assert.deepEqual(decision, { decision: "allowed", code: "allow-matched", policy: 0, issuer: 0, grant }, algorithm);
          const [header, , signature] = token.split(".");
          const [, other] = signed({ sub: "repo:octo-org/other:x" }).split(".");
          const changed = engine.decide({ token: `${header}.${other}.${signature}`, request, now });
          assert.deepEqual(changed, { decision: "denied", code: "signature-invalid", policy: null, issuer: 0, grant: null }, algorithm);
        }
      });
    });

    test("each kind of denial has its code", () => {
      using_(make(Engine), (engine) => {
        const code = (token, more = {}) => engine.decide({ token, request, now, ...more }).code;
        assert.equal(code(signed({ sub: "repo:octo-org/x:pull_request" })), "deny-matched");
        assert.equal(engine.decide({ token: signed({ sub: "repo:octo-org/x:pull_request" }), request, now }).policy, 1);
        assert.equal(code(signed({ sub: "repo:octo/x:y" })), "default-deny");
        assert.equal(code(signed({ aud: "x" })), "default-deny");
        assert.equal(code(signed(), { request: { tokenType: "organization", admin: true } }), "admin-not-granted");
        assert.equal(code(signed({ exp: now - 100 })), "token-expired");
        assert.equal(code(signed({ exp: `${now + 300}` })), "time-not-integer");
        assert.equal(code(signed({ exp: (now + 300) * 1000 })), "time-in-milliseconds");
        assert.equal(code(signed({ exp: 1e300 })), "time-out-of-range");
        assert.equal(code(signed({ exp: now + 0.5, nbf: now - 0.5, iat: now - 1.25 })), "allow-matched");
        assert.equal(code(signed({}, { typ: "at+jwt" })), "typ-unexpected");
        assert.equal(code(signed({}, { typ: null })), "typ-unexpected");
        assert.equal(code(signed({}, { typ: "JWT" })), "allow-matched");
        assert.equal(code(signed({ iss: `${url}/octo-enterprise` })), "iss-unknown");
        assert.equal(code(signed({ nbf: now + 100 })), "token-not-yet-valid");
        assert.equal(code(signed({ iss: `${url}/` })), "iss-nearly");
        assert.equal(code(signed({ iss: "https://a.example" })), "iss-unknown");
        assert.equal(code(signed({}, { kid: "other" })), "key-unknown");
        assert.equal(code(signed({}, { crit: ["b64"] })), "header-crit");
        assert.equal(code("a.b"), "token-segments");
        assert.equal(code(`eyJhbGciOiJub25lIn0.${signed().split(".")[1]}.`), "alg-none");
        assert.equal(code("x".repeat(70_000)), "token-too-large");
      });
    });

    test("a request names its target, and gets a role and admin rights where a policy gives them", () => {
      using_(make(Engine), (engine) => {
        const token = signed();
        assert.equal(engine.decide({ token, request: { tokenType: "team", teamName: "ops-eu" }, now }).policy, 2);
        assert.equal(engine.decide({ token, request: { tokenType: "team", teamName: "dev" }, now }).code, "default-deny");
        const release = { token: signed({ sub: "repo:octo-org/release:x" }), request: { tokenType: "organization", admin: true }, now };
        assert.deepEqual(engine.decide(release).grant, { admin: true, roleId: "release" });
      });
    });

    test("verified claims are decided like a token with the same claims", () => {
      using_(make(Engine), (engine) => {
        const odd = [
          {},
          { sub: "repo:octo-org/x:pull_request" },
          { sub: "x" },
          { aud: ["a", "urn:pulumi:org:octo-org"] },
          { aud: [] },
          { aud: 7 },
          { aud: null },
          { sub: true },
          { sub: "repo:octo-org/\u001f" },
          { sub: "repo:octo-org/ünï😀" },
          { sub: undefined },
        ];
        for (const changes of odd) {
          const verifiedClaims = JSON.parse(JSON.stringify({ ...goodClaims, ...changes }));
          const { token } = { token: signed(changes) };
          assert.deepEqual(engine.decide({ verifiedClaims, request }), engine.decide({ token, request, now }), JSON.stringify(changes));
        }
        assert.equal(engine.decide({ verifiedClaims: { ...goodClaims, iss: "https://a.example" }, request }).code, "iss-unknown");
        // Inherited members are not the object's own.
        assert.equal(engine.decide({ verifiedClaims: Object.create(goodClaims, { iss: { value: url } }), request }).code, "default-deny");
      });
    });

    test("everything is explained", () => {
      using_(make(Engine), (engine) => {
        const { value } = engine.explain({ token: signed({ sub: "repo:octo-org/x:pull_request" }), request, now });
        assert.match(value.summary, /^denied by policy 2:/);
        assert.equal(value.checks.length, 8);
        assert.equal(value.explanation.policies[1].rules[0].values[0].trace.captures[0].text, "x");
        const simulated = engine.explain({ token: signed({}, { kid: "gone" }), request, now: 0, skip: { key: true, time: true } });
        assert.equal(simulated.value.decision, "allowed");
        assert.equal(simulated.value.unchecked.length, 3);
        const claims = { aud: "urn:pulumi:org:octo-org", sub: "repo:octo-org" };
        const miss = engine.explain({ claims, request });
        assert.equal(miss.value.nearestMiss.policy, 0);
        assert.match(engine.explainText({ claims: JSON.stringify(claims), request }).value, /^DENIED\[default-deny\]/);
      });
    });

    test("an exchange is granted or refused according to RFC 8693", () => {
      using_(make(Engine), (engine) => {
        const granted = engine.exchange(exchangeBody(signed(), { expiration: "60" }), { now });
        assert.equal(granted.ok, true);
        assert.equal(granted.grant.expiresIn, 60);
        assert.equal(granted.grant.subject, goodClaims.sub);
        assert.equal(granted.grant.inspection.decision, "allowed");
        const json = JSON.stringify(Object.fromEntries(new URLSearchParams(exchangeBody(signed()))));
        assert.equal(engine.exchange(json, { now, contentType: "application/json; charset=utf-8" }).ok, true);
        const refused = (changes, token = signed()) => {
          const { ok, status, error, code } = engine.exchange(exchangeBody(token, changes), { now });
          return [ok, status, error, code];
        };
        assert.deepEqual(refused({ audience: "urn:pulumi:org:other" }), [false, 400, "invalid_target", "audience-unknown"]);
        assert.deepEqual(refused({ grant_type: "password" }), [false, 400, "unsupported_grant_type", "grant-type"]);
        assert.deepEqual(refused({ scope: "admin" }), [false, 400, "invalid_scope", "admin-not-granted"]);
        assert.deepEqual(refused({}, signed({ exp: 1 })), [false, 400, "invalid_request", "token-expired"]);
        assert.equal(engine.exchange("x".repeat(100_000), { now }).status, 413);
        const result = engine.exchange(exchangeBody(signed({ sub: "x" })), { now });
        assert.equal(result.error_description, "no policy allows this exchange");
        assert.match(result.reason, /denied by default/);
      });
      using_(make(Engine, { organization: undefined }), (engine) => {
        assert.equal(engine.exchange(exchangeBody(signed()), { now }).code, "audience-unknown");
      });
    });

    test("an issuer's audiences are checked for tokens and for verified claims", () => {
      const audiences = ["urn:pulumi:org:*", "b"];
      using_(make(Engine, { issuers: [{ ...issuer, audiences, policies: [{ ...policies[0], rules: { sub: "*" } }] }] }), (engine) => {
        for (const [aud, code] of [
          ["urn:pulumi:org:octo-org", "allow-matched"],
          [["a", "b"], "allow-matched"],
          ["a", "audience-not-accepted"],
          [[], "audience-not-accepted"],
          [7, "audience-not-accepted"],
          [undefined, "audience-not-accepted"],
        ]) {
          const claims = JSON.parse(JSON.stringify({ ...goodClaims, aud }));
          const byToken = engine.decide({ token: signed({ aud }), request, now });
          assert.equal(byToken.code, code, JSON.stringify(aud));
          assert.deepEqual(engine.decide({ verifiedClaims: claims, request }), byToken);
        }
        const skipped = engine.explain({ token: signed({ aud: "a" }), request, now, skip: { audience: true } }).value;
        assert.deepEqual([skipped.decision, skipped.unchecked.length], ["allowed", 1]);
        assert.equal(engine.exchange(exchangeBody(signed({ aud: "a" })), { now }).code, "audience-not-accepted");
        const unverified = engine.explain({ claims: { iss: url, aud: "a" }, request }).value;
        assert.deepEqual([unverified.decision, unverified.reason.code, unverified.policies], ["denied", "audience-not-accepted", []]);
        assert.match(unverified.summary, /expected a value of `aud` that the issuer lists, `urn:pulumi:org:\*` or `b`, found/);
        assert.match(engine.explainText({ claims: { iss: url, aud: "a" }, request }).value, /^DENIED\[audience-not-accepted\]/);
        assert.equal(engine.explain({ claims: { iss: url, sub: "a", aud: "b" }, request }).value.decision, "allowed");
      });
      const empty = Engine.create({ issuers: [{ ...issuer, audiences: [] }] }).errors[0];
      assert.deepEqual([empty.code, empty.path], ["audiences-invalid", "issuers[0].audiences"]);
      const wrong = Engine.create({ issuers: [{ ...issuer, audiences: "a" }] }).errors[0];
      assert.deepEqual([wrong.code, wrong.path], ["wrong-value", "issuers[0].audiences"]);
    });

    test("names and notes of policies are accepted", () => {
      const named = policies.map((policy) => ({ ...policy, name: "A", note: "b" }));
      using_(make(Engine, { issuers: [{ ...issuer, policies: named }] }), (engine) => {
        assert.equal(engine.decide({ token: signed(), request, now }).code, "allow-matched");
      });
      const [error] = Engine.create({ issuers: [{ ...issuer, policies: [{ ...policies[0], name: "a".repeat(101) }] }] }).errors;
      assert.deepEqual([error.code, error.path], ["policy-label-too-long", "issuers[0].policies[0].name"]);
    });

    test("names in scopes are short and of few characters, and unsupported parameters come first", () => {
      using_(make(Engine), (engine) => {
        const code = (scope) => engine.exchange(exchangeBody(signed(), { requested_token_type: "urn:pulumi:token-type:access_token:team", scope }), { now }).code;
        assert.equal(code("team:ops-a+b@c.d"), undefined);
        for (const name of ["", "a b", "é", "a".repeat(101), "a/b"]) assert.equal(code(`team:${name}`), "scope", name);
        const twice = `${exchangeBody(signed())}&audience=a&resource=b`;
        assert.equal(engine.exchange(twice, { now }).code, "parameter-unsupported");
      });
    });

    test("all errors of a configuration are returned at once, with their paths", () => {
      const wrong = (config) => Engine.create(config).errors.map(({ code, path }) => [code, path]);
      assert.deepEqual(wrong({ issuers: [{ url: "http://a.example" }] }), [["url-not-https", "issuers[0].url"]]);
      const many = Array.from({ length: 1_203 }, () => policies[0]);
      many[1_202] = { decision: "maybe", tokenType: "team", rules: {} };
      assert.deepEqual(wrong({ issuers: [issuer, { url: "https://a.example", policies: { policies: many } }] }), [
        ["policy-wrong-value", "issuers[1].policies[1202].decision"],
      ]);
      const team = { decision: "allow", tokenType: "team", rules: { sub: "*" } };
      assert.deepEqual(wrong({ issuers: [{ url, policies: [team] }] }), [["field-missing", "issuers[0].policies[0].teamName"]]);
      assert.deepEqual(wrong({ issuers: [{ url, jwks: "{" }] }), [["json-syntax", "issuers[0].jwks"]]);
      assert.deepEqual(wrong({}), [["wrong-value", "issuers"]]);
      assert.deepEqual(wrong({ issuers: [7] }), [["wrong-value", "issuers[0]"]]);
      assert.equal(Engine.create({ issuers: [{ url, policies: JSON.stringify({ policies }) }] }).ok, true);
    });

    test("policies are in one member, and nothing else is taken for them", () => {
      const wrong = (more) => Engine.create({ issuers: [{ url, ...more }] }).errors.map(({ code, path }) => [code, path]);
      assert.deepEqual(wrong({ policies: {} }), [["policy-wrong-value", "issuers[0].policies"]]);
      assert.deepEqual(wrong({ policies: { policies: 7 } }), [["policy-wrong-value", "issuers[0].policies.policies"]]);
      assert.deepEqual(wrong({ policies, authPolicy: policies }), [["wrong-value", "issuers[0].authPolicy"]]);
      assert.deepEqual(wrong({ policies: { policies }, authPolicy: 1 }), [["wrong-value", "issuers[0].authPolicy"]]);
      assert.equal(Engine.create({ issuers: [{ url, authPolicy: { policies } }] }).engine.issuers[0].policies, policies.length);
    });

    test("members that no call has are refused, with the nearest known one", async () => {
      const engine = make(Engine);
      const token = signed();
      const first = ({ errors: [{ code, path, help }] }) => [code, path, help];
      for (const [input, expected] of [
        [{ token, now, request: { tokenType: "organization", scop: "admin" } }, ["unknown-key", "request.scop", "known are tokenType, admin"]],
        [{ token, now, request: { tokenType: "organization", teamName: "ops" } }, ["unknown-key", "request.teamName", "known are tokenType, admin"]],
        [{ token, now, request: { tokenType: "team", teamname: "ops" } }, ["unknown-key", "request.teamname", "did you mean `teamName`?"]],
        [{ token, now, request, skpi: ["time"] }, ["unknown-key", "skpi", "known are token, verifiedClaims, request, now"]],
        [{ token, now, request, verifiedClaim: goodClaims }, ["unknown-key", "verifiedClaim", "did you mean `verifiedClaims`?"]],
        [{ token: "garbage", request, verifiedClaims: goodClaims }, ["wrong-argument", "token", null]],
      ]) {
        for (const result of [engine.decide(input), await engine.decideAsync(input)]) {
          assert.deepEqual([result.decision, result.code, first(result)], ["denied", "wrong-argument", expected]);
        }
      }
      assert.equal(engine.decide({ token, now, request: { tokenType: "organization", teamName: undefined } }).decision, "allowed");
      assert.deepEqual(first(engine.explain({ token, now, request, skpi: {} })), ["unknown-key", "skpi", "did you mean `skip`?"]);
      assert.equal(first(engine.explain({ token, now, request, skip: { tim: true } }))[2], "did you mean `time`?");
      assert.deepEqual(first(engine.explain({ token, claims: {}, now, request })), ["wrong-argument", "token", null]);
      assert.equal(first(await engine.fetchKeys(() => {}, { forced: true }))[2], "did you mean `force`?");
      assert.match(engine.exchange("", { now, contenttype: "x" }).reason, /unknown key `contenttype`/);
      engine.free();
    });

    test("a second issuer of one URL is refused", () => {
      const [error] = Engine.create({ issuers: [issuer, issuer] }).errors;
      assert.deepEqual([error.code, error.path], ["issuer-repeated", "issuers[1].url"]);
    });

    test("a misspelled member is refused, with the nearest known one", () => {
      const [error] = Engine.create({ issuers: [{ url, polices: policies }] }).errors;
      assert.deepEqual([error.code, error.path, error.help], ["unknown-key", "issuers[0].polices", "did you mean `policies`?"]);
      assert.equal(Engine.create({ issuers: [], leway: 3 }).errors[0].path, "leway");
    });

    test("keys are fetched, kept as long as they are fresh, and survive an outage", async () => {
      const engine = make(Engine, { issuers: [{ ...issuer, jwks: undefined }] });
      const place = `${url}/.well-known/openid-configuration`;
      const asked = [];
      let answers = { [place]: { issuer: url, jwks_uri: `${url}/keys` }, [`${url}/keys`]: jwks };
      const fetch = async (where, options) => {
        asked.push(where);
        assert.equal(options.redirect, "error");
        const body = answers[where];
        if (body === undefined) throw new Error("unreachable");
        return { ok: true, status: 200, headers: new Headers({ "cache-control": "public, max-age=120" }), text: async () => JSON.stringify(body) };
      };
      assert.equal(engine.decide({ token: signed(), request, now }).code, "keys-missing");
      const first = await engine.fetchKeys(fetch, { now });
      assert.deepEqual(first.value, [{ issuer: url, ok: true, keys: algorithms.length, from: `${url}/keys`, expires: now + 120 }]);
      assert.equal(engine.decide({ token: signed(), request, now }).decision, "allowed");
      assert.deepEqual((await engine.fetchKeys(fetch, { now: now + 60 })).value, []);
      assert.deepEqual((await engine.fetchKeys(fetch, { now: now + 20, force: true })).value, []);
      assert.equal((await engine.fetchKeys(fetch, { now: now + 60, force: true })).value.length, 1);
      assert.deepEqual(asked, [place, `${url}/keys`, place, `${url}/keys`]);
      let later = now + 1_000;
      const code = async () => (await engine.fetchKeys(fetch, { now: (later += 30) })).value[0].errors[0].code;
      answers = {};
      assert.equal(await code(), "fetch-failed");
      answers = { [place]: { issuer: `${url}/`, jwks_uri: `${url}/keys` } };
      assert.equal(await code(), "discovery-issuer");
      const message = async () => (await engine.fetchKeys(fetch, { now: (later += 30) })).value[0].errors[0].message;
      answers = { [place]: { issuer: "https://a.example/{tenantid}/v2.0", jwks_uri: `${url}/keys` } };
      assert.match(await message(), /is a template for many issuers: `\{tenantid\}` stands for a value/);
      answers = { [place]: { issuer: "http://a.example", jwks_uri: `${url}/keys` } };
      assert.match(await message(), /is of an issuer without TLS: `http:\/\/a.example`/);
      answers = { [place]: { issuer: url, jwks_uri: "http://a.example" } };
      assert.equal(await code(), "discovery-jwks-uri");
      answers = { [place]: { issuer: url, jwks_uri: `${url}/keys` }, [`${url}/keys`]: [] };
      assert.equal(await code(), "jwks-not-a-set");
      assert.equal(engine.decide({ token: signed(), request, now }).decision, "allowed", "the keys before stay");
      engine.free();
    });

    test("concurrent calls share a request, and a failed one is not repeated for 30 seconds", async () => {
      const engine = make(Engine, { issuers: [{ ...issuer, jwks: undefined }] });
      const place = `${url}/.well-known/openid-configuration`;
      let calls = 0;
      let answers = {};
      let letGo;
      const held = new Promise((resolve) => (letGo = resolve));
      const fetch = async (where) => {
        calls += 1;
        await held;
        if (answers[where] === undefined) throw new Error("unreachable");
        return { ok: true, status: 200, headers: new Headers(), text: async () => JSON.stringify(answers[where]) };
      };
      const both = Promise.all([engine.fetchKeys(fetch, { now }), engine.fetchKeys(fetch, { now, force: true })]);
      // Lets the second call do everything that needs no response.
      await new Promise((resolve) => setImmediate(resolve));
      letGo();
      const results = await both;
      const codes = results.map(({ value }) => value.map(({ errors }) => errors[0].code));
      assert.deepEqual([calls, codes], [1, [["fetch-failed"], ["fetch-failed"]]]);
      const [result] = (await engine.fetchKeys(fetch, { now: now + 29, force: true })).value;
      assert.deepEqual([calls, result.ok], [1, false], "the last error is returned again");
      answers = { [place]: { issuer: url, jwks_uri: `${url}/keys` }, [`${url}/keys`]: jwks };
      assert.equal((await engine.fetchKeys(fetch, { now: now + 30 })).value[0].expires, now + 930);
      assert.deepEqual((await engine.fetchKeys(fetch, { now: now + 31 })).value, []);
      assert.equal(calls, 3);
      engine.free();
    });

    test("fetching does not replace keys that the program has set", async () => {
      const engine = make(Engine, { issuers: [{ ...issuer, jwks: undefined }] });
      const fetch = async () => assert.fail("expected no request");
      assert.equal(engine.setKeys(url, jwks).value, algorithms.length);
      assert.deepEqual((await engine.fetchKeys(fetch, { now })).value, []);
      engine.free();
    });

    test("keys that the program sets during a fetch stay, and are read completely", async () => {
      const engine = make(Engine, { issuers: [{ ...issuer, jwks: undefined }] });
      const answers = { [`${url}/.well-known/openid-configuration`]: { issuer: url, jwks_uri: `${url}/keys` }, [`${url}/keys`]: { keys: [] } };
      const fetch = async (where) => ({ ok: true, status: 200, headers: new Headers(), text: async () => JSON.stringify(answers[where]) });
      const fetching = engine.fetchKeys(fetch, { now });
      engine.setKeys(url, jwks);
      const [result] = (await fetching).value;
      assert.equal(result.errors[0].message, "the program has set other keys in the meantime");
      assert.equal(engine.decide({ token: signed(), request, now }).decision, "allowed");
      assert.equal(engine.setKeys(url, []).ok, false);
      assert.equal(engine.decide({ token: signed(), request, now }).decision, "allowed", "the keys before stay");
      engine.free();
    });

    test("a freed engine returns an error", () => {
      const engine = make(Engine);
      engine[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
      engine.free();
      assert.equal(engine.decide({ token: signed(), request, now }).code, "engine-freed");
      assert.equal(engine.decide({ verifiedClaims: goodClaims, request }).code, "engine-freed");
      assert.equal(engine.explain({ token: signed(), request, now }).errors[0].code, "engine-freed");
      assert.equal(engine.exchange(exchangeBody(signed()), { now }).code, "engine-freed");
      assert.equal(engine.setKeys(url, jwks).errors[0].code, "engine-freed");
    });

    test("concurrent asynchronous calls have the same results", async () => {
      const engine = make(Engine);
      const tokens = algorithms.flatMap((algorithm) => [signed({}, {}, algorithm), `${signed({}, {}, algorithm).slice(0, -9)}AAAAAAAAA`]);
      const inputs = tokens.map((token) => ({ token, request, now }));
      assert.deepEqual(await Promise.all(inputs.map((input) => engine.decideAsync(input))), inputs.map((input) => engine.decide(input)));
      assert.deepEqual(await engine.explainAsync(inputs[0]), engine.explain(inputs[0]));
      assert.deepEqual(await engine.exchangeAsync(exchangeBody(tokens[0]), { now }), engine.exchange(exchangeBody(tokens[0]), { now }));
      engine.free();
    });

    test("tokens, policies, keys and patterns are read without an engine", () => {
      assert.equal(decodeUnverified(signed()).value.claims.sub, goodClaims.sub);
      assert.equal(decodeUnverified("a.b").errors[0].code, "token-segments");
      assert.equal(parsePolicies(JSON.stringify(policies)).value.length, policies.length);
      assert.equal(parseJwks(JSON.stringify(jwks)).value.length, algorithms.length);
      assert.equal(matchPattern("a*", "abc").value.outcome, "matched");
      assert.equal(matchPattern("a.c", "abc", "stringlike").value.outcome, "stopped");
    });
  });
}

/** `using`, which this version of Node.js lacks. */
function using_(engine, use) {
  try {
    use(engine);
  } finally {
    engine.free();
  }
}
