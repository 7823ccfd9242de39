// The hosts' signature checks agree with the built-in one on every Wycheproof case that reaches the
// signature check.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import "claimgate/pure";

const dist = new URL("node_modules/claimgate/dist/", import.meta.url);
const pure = await import(new URL("pure/claimgate.js", dist).href);
const { host: node } = await import(new URL("host/signatures-node.js", dist).href);
const { host: web } = await import(new URL("host/signatures-web.js", dist).href);
const vectors = process.env.CLAIMGATE_VECTORS ?? new URL("../../../shared/vectors", import.meta.url).pathname;

async function verify(host, { algorithm, key }, jws) {
  const dot = jws.lastIndexOf(".");
  try {
    const imported = await host.importKey(key, algorithm);
    return await host.verify(algorithm, imported, jws.slice(0, dot), jws.slice(dot + 1));
  } catch {
    return false;
  }
}

function* cases() {
  const folder = readdirSync(vectors).find((name) => name.startsWith("wycheproof"));
  const files = readdirSync(`${vectors}/${folder}`, { recursive: true }).filter((name) => /json_web_(signature|key).*\.json$/.test(name));
  assert.ok(files.length > 0, "expected Wycheproof's JWS vectors, found none");
  for (const file of files) {
    for (const group of JSON.parse(readFileSync(`${vectors}/${folder}/${file}`, "utf8")).testGroups) {
      const jwk = group.public ?? group.private;
      for (const { tcId, jws } of group.tests) {
        if (typeof jws === "string") yield { id: `${file} ${tcId}`, jws, keys: JSON.stringify(jwk) };
      }
    }
  }
}

test("all three agree", { skip: !existsSync(vectors) && `NOT RUN: no vectors in ${vectors}` }, async () => {
  let compared = 0;
  let genuine = 0;
  for (const { id, jws, keys } of cases()) {
    const { ok, value } = pure.checkJws(jws, keys);
    if (!ok) continue;
    compared += 1;
    genuine += Number(value.genuine);
    assert.equal(await verify(node, value, jws), value.genuine, `node:crypto, ${id}`);
    assert.equal(await verify(web, value, jws), value.genuine, `SubtleCrypto, ${id}`);
  }
  console.log(`${compared} cases came as far as a signature, ${genuine} of them genuine`);
  assert.ok(genuine > 10 && compared > genuine);
});
