// The states of the app: states.json lists them, and this opens one.
//
// states.json has the routes of web/src/app.rs, and pages beside them. Each has its `states`, and in `without` the
// kinds of state that it cannot be in, with the reason. A state has:
//
//   name   as in tests and file names
//   kind   empty, full, failing, conflicting, or open: a part of the page that a person opens
//   given  what the browser or the server has, by name, from state-worlds.mjs or
//          state-servers.mjs
//   path   the address; {NAME} is an identifier of the issuer, exchange or change with that name
//   steps  what a person does then, each a verb of `VERBS` and its arguments; a text between slashes is a regular
//          expression, and {token NAME} a token
//   shows  the role and the name of what the state is known by, or "text" and a text
//   picture  the name of its picture in docs/screenshots, if it has one
//   height   the height of that picture in px, if it shows only the top of the page
import { readFileSync } from "node:fs";
import { appUrl, newPage, settled, visit } from "./helpers.mjs";
import { pane } from "./playground-helpers.mjs";
import { named } from "./state-steps.mjs";
import { alone, namesAlone, tokens } from "./state-worlds.mjs";

export const KINDS = ["empty", "full", "failing", "conflicting", "open"];

/** The pages by route: their states, and the kinds that they are without. */
export const pages = JSON.parse(readFileSync(new URL("states.json", import.meta.url), "utf8"));

/** All states, each with its `route`. */
export const states = Object.entries(pages).flatMap(([route, page]) => page.states.map((state) => ({ route, ...state })));

/** Whether a state needs a server. */
export const isConnected = (state) => !(state.given in alone);

const VERBS = {
  click: (page, role, name) => at(page, role, name).click(),
  fill: (page, label, text) => page.getByLabel(label, { exact: true }).filter({ visible: true }).first().fill(text),
  press: (page, key) => page.keyboard.press(key),
  see: (page, role, name) => at(page, role, name).waitFor(),
  pane,
  run: (page, name) => named[name](page),
};

/** Why a state's form is wrong; empty if it is not. */
export function problem({ kind, path, steps = [], shows }) {
  if (!KINDS.includes(kind)) return `kind: ${kind}`;
  if (typeof path !== "string" || shows?.length !== 2) return "path and shows";
  const wrong = steps.find(([verb, name]) => !Object.hasOwn(VERBS, verb) || (verb === "run" && !Object.hasOwn(named, name)));
  return wrong ? `step: ${wrong}` : "";
}

/**
 * Opens states in a browser, each in a page of its own, with the options of its context. `end` ends the servers, which are
 * started with the first state that needs them.
 */
export function opener(browser) {
  const servers = new Map();
  const started = async (name) => {
    const { startServer } = await import("./state-servers.mjs");
    if (!servers.has(name)) servers.set(name, startServer(name));
    return servers.get(name);
  };
  return {
    open: async (state, options) => {
      const page = isConnected(state) ? await connected(browser, state, options, started) : await newPage(browser, { ...alone[state.given](), ...options });
      page.names ??= namesAlone;
      // The console has what fails.
      if (state.kind === "failing") page.expected ??= /Failed to load resource/;
      await visit(page, new URL(filled(page, state.path), page.server?.url ?? appUrl).href);
      for (const [verb, ...words] of state.steps ?? []) await VERBS[verb](page, ...words.map((word) => filled(page, word)));
      await at(page, ...state.shows).waitFor();
      await settled(page);
      return page;
    },
    end: async () => {
      for (const server of servers.values()) await (await server).end();
    },
  };
}

/** A page with the session of the state. */
async function connected(browser, state, options, started) {
  const { sessions } = await import("./state-servers.mjs");
  const { server: name, token, organization, isFailing } = sessions[state.given];
  const page = await newPage(browser, options);
  page.server = await started(name);
  // What the server refuses is a message in the console too.
  page.expected = /Failed to load resource/;
  page.names = page.server.names;
  if (token) await page.addInitScript((session) => sessionStorage.setItem("claimgate.session", session), JSON.stringify({ token, organization }));
  if (isFailing) await fail(page);
  return page;
}

/** The server answers who is signed in and which issuers there are, and no other question. */
async function fail(page) {
  const isNeeded = (url) => /\/api\/(user|orgs)$|\/oidc\/issuers\?/.test(url);
  const problem = { status: 503, json: { code: 503, message: "the database is unavailable" } };
  for (const path of ["**/api/**", "**/demo/tokens"]) {
    await page.route(path, (route) => (isNeeded(route.request().url()) ? route.continue() : route.fulfill(problem)));
  }
}

/** The first visible element with that role and name. */
function at(page, role, name) {
  const wanted = /^\/.*\/$/.test(name) ? new RegExp(name.slice(1, -1)) : name;
  const found = role === "text" ? page.getByText(wanted) : page.getByRole(role, { name: wanted, exact: true });
  return found.filter({ visible: true }).first();
}

/** The text with identifiers and tokens in place of their names. */
const filled = (page, text) =>
  text.replaceAll(/\{(token )?([^{}"]+)\}/g, (all, token, name) => (token ? tokens[name]() : page.names[name]) ?? all);
