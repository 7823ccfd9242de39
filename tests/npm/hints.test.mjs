// What people get wrong is named, with what only the host and the providers know; field reports are read
// in place, from CLAIMGATE_REPORTS or ../shared/reports.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Engine } from "claimgate";

const url = "https://ci.example";
const request = { tokenType: "organization" };
const engineOf = (rules, issuer = url) => {
  const policies = [{ decision: "allow", tokenType: "organization", rules }];
  const created = Engine.create({ organization: "acme", issuers: [{ url: issuer, policies }] });
  assert.ok(created.ok, JSON.stringify(created.errors));
  return created.engine;
};
const explained = (rules, claims) => engineOf(rules).explain({ claims, request }).value;

test("texts that look the same are compared in the host's normal form", () => {
  const { hints } = explained({ environment: "caf\u00e9" }, { environment: "cafe\u0301" });
  assert.equal(hints[0].code, "invisible-characters");
  assert.match(hints[0].message, /U\+00E9 at character 4.*U\+0301 \(combining mark\) at character 5/);
});

test("the forms of providers' subjects are known", () => {
  const { hints } = explained({ sub: "repo:acme/old:*" }, { sub: "repo:acme@1/new@2:pull_request" });
  assert.deepEqual(
    hints.map(({ code }) => code),
    ["sub-immutable", "sub-renamed"],
  );
  assert.deepEqual(hints[1].fix, { replace: "repo:acme/old:*", with: "repo:acme@1/new@2:*" });
});

test("a suggestion says which outsiders it would admit", () => {
  const { nearestMiss, hints } = explained({ sub: "repo:acme/web" }, { sub: "repo:acme/web:pull_request" });
  assert.match(nearestMiss.changes[0].caution, /pull requests/);
  assert.match(hints[0].help, /`repo:acme\/web:\*`; caution: this also admits pull requests/);
});

test("a name that needs quotes has them in the error", () => {
  const policies = [{ decision: "allow", tokenType: "organization", rules: { "a.example/b": "x" } }];
  const { errors } = Engine.create({ issuers: [{ url, policies }] });
  assert.deepEqual(errors[0].fix, { replace: "a.example/b", with: '"a.example/b"' });
});

test("a text that is no token is named", () => {
  const engine = engineOf({ sub: "x" });
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln";
  const texts = { [`Bearer ${token}`]: "`Bearer`", [btoa(token)]: "encoded twice", "***": "masked", "pul-0123": "Pulumi Cloud" };
  for (const [text, expected] of Object.entries(texts)) {
    const check = engine.explain({ token: text, request, now: 0 }).value.checks[0];
    assert.ok(check.help.includes(expected), check.help);
  }
});

test("a request in the wrong form gets the right one", () => {
  const parameters = {
    audience: "acme",
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: "urn:pulumi:token-type:access_token:organization",
    subject_token: "a.b.c",
  };
  const refused = engineOf({ sub: "x" }).exchange(new URLSearchParams(parameters).toString(), { now: 0 });
  assert.equal(refused.help, "write `urn:pulumi:org:acme`");
  assert.ok(refused.error_description.endsWith(refused.help), refused.error_description);
});

test("keys at a private address are not fetched", async () => {
  const fetchFrom = (issuer, keys) => async (place) => {
    assert.ok(place.includes("openid-configuration") || keys === undefined, `${place} was fetched`);
    const body = place.includes("openid-configuration") ? { issuer, jwks_uri: keys ?? `${issuer}/jwks` } : { keys: [] };
    return { ok: true, status: 200, headers: { get: () => null }, text: async () => JSON.stringify(body) };
  };
  const hosts = ["10.0.0.1:6443", "127.1", "0x7f000001", "169.254.169.254", "172.20.0.1", "192.168.0.1", "100.64.0.1", "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]", "localhost"];
  for (const host of hosts) {
    const [fetched] = (await engineOf({ sub: "x" }).fetchKeys(fetchFrom(url, `https://${host}/jwks`), { now: 0 })).value;
    assert.equal(fetched.errors[0].code, "keys-address-forbidden", host);
  }
  const found = async (host) => {
    const { value } = await engineOf({ sub: "x" }).fetchKeys(fetchFrom(url, `https://${host}/jwks`), { now: 0 });
    return /found (an? .*?): /.exec(value[0].errors?.[0].message ?? "")?.[1] ?? "yes";
  };
  const page = readFileSync(new URL("../../docs/keys.md", import.meta.url), "utf8");
  const rows = [...page.split("| address | connected to |")[1].split("\n\n")[0].matchAll(/^\| `(.*)` \| (.*) \|$/gm)];
  assert.ok(rows.length > 10);
  for (const [, address, expected] of rows) {
    assert.equal(await found(address.includes(":") ? `[${address}]` : address), expected, address);
  }
  const all = ["9.255.255.255", "172.32.0.0", "100.128.0.0", "a.localhost.example", "[2001:4860:4860::8888]", "[2a00:1450::1]"];
  for (const host of all) assert.equal(await found(host), "yes", host);
  for (const host of ["a.localhost", "localhost.", "[::]", "[1::1]", "[4000::1]", "[100::1]", "198.18.0.0", "255.255.255.255"]) {
    assert.notEqual(await found(host), "yes", host);
  }
  // An issuer that is registered at such an address may have its keys there.
  const own = "https://10.0.0.1";
  const [fetched] = (await engineOf({ sub: "x" }, own).fetchKeys(fetchFrom(own), { now: 0 })).value;
  assert.ok(fetched.ok, JSON.stringify(fetched));
});

const reports = process.env.CLAIMGATE_REPORTS ?? new URL("../../../shared/reports", import.meta.url).pathname;
const isThere = existsSync(join(reports, "run.mjs"));

test("field reports are answered as they say", { skip: !isThere && `NOT RUN: no field reports in ${reports}` }, () => {
  const out = mkdtempSync(join(tmpdir(), "claimgate-reports-"));
  try {
    const node = (program, args, cwd) => execFileSync(process.execPath, [join(reports, program), ...args], { cwd, encoding: "utf8" });
    const count = Number(/^(\d+) /.exec(node("materialise.mjs", [out], out))[1]);
    const lines = node("run.mjs", [out], new URL(".", import.meta.url).pathname).trim().split("\n");
    assert.deepEqual(lines.slice(0, -1), []);
    const right = Number(/right: (\d+)/.exec(lines.at(-1))[1]);
    assert.equal(right, count);
  } finally {
    rmSync(out, { recursive: true });
  }
});
