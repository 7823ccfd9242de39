// The states of the app without a server, and that states.json lists those of every page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { KINDS, isConnected, pages, problem, states } from "./states.mjs";
import { sweep } from "./state-sweep.mjs";

test("every page of the app has states of every kind, or says why not", () => {
  const router = readFileSync(new URL("../../web/src/app.rs", import.meta.url), "utf8");
  const routes = [...router.matchAll(/path=path!\("([^"]*)"\)/g)].map(([, route]) => route);
  assert.ok(routes.length > 10, `${routes}`);
  assert.deepEqual(Object.keys(pages).filter((route) => route.startsWith("/")).sort(), routes.toSorted());
  for (const [route, { without, states }] of Object.entries(pages)) {
    for (const kind of KINDS.filter((kind) => kind !== "open")) {
      assert.notEqual(states.some((state) => state.kind === kind), kind in without, `${route}: ${kind}`);
    }
  }
});

test("every state has a name of its own, and the form that states.mjs describes", () => {
  const names = states.map((state) => state.name);
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
  for (const state of states) assert.equal(problem(state), "", state.name);
});

test("every address of a state belongs to its page", () => {
  const pattern = (route) => new RegExp(`^${route.slice(1).replaceAll(/:\w+/g, "[^/]+")}$`);
  for (const { name, route, path } of states.filter(({ route }) => route.startsWith("/"))) {
    assert.match(path.split("?")[0], pattern(route), name);
  }
});

sweep((state) => !isConnected(state));
