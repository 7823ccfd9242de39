// Completion and hover help for policies: keys from the JSON Schema, claims from the provider.
import { insertCompletionText, snippet } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { StateEffect, StateField } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import schema from "../../../docs/schema/policies.json";

/** Replaces the known claims. */
export const setKnown = StateEffect.define();

export const known = StateField.define({
  create: () => [],
  update: (old, transaction) => transaction.effects.find((effect) => effect.is(setKnown))?.value ?? old,
});

const { Policy, Decision } = schema.$defs;
const NOT_HERE = "Not with this token type.";
const TOKEN_TYPES = {
  organization: "Acts as the organization.",
  team: "Acts as a team.",
  personal: "Acts as a user.",
  runner: "Acts as a deployment runner.",
};

// Positions in the document

/** The value of a string in the document; its raw text if it is not JSON. */
function textOf(state, node) {
  const raw = state.sliceDoc(node.from, node.to);
  try {
    return String(JSON.parse(raw));
  } catch {
    return raw.replaceAll('"', "");
  }
}

const keyOf = (state, property) => {
  const name = property.getChild("PropertyName");
  return name ? textOf(state, name) : "";
};

/** The keys that lead to a node; `[]` for an array element. */
function pathTo(state, node) {
  const path = [];
  for (let child = node, parent = node.parent; parent; child = parent, parent = parent.parent) {
    if (parent.name === "Array") path.unshift("[]");
    if (child.name === "Property") path.unshift(keyOf(state, child));
  }
  return path;
}

/** The path within a policy: empty for the policy itself, none outside policies. */
function inPolicy(path) {
  const rest = path[0] === "policies" ? path.slice(1) : path;
  if (rest[0] === "[]") return rest.slice(1);
  return path.length === rest.length ? rest : null;
}

const members = (state, object) => object.getChildren("Property").map((property) => keyOf(state, property));

function valueOf(state, object, key) {
  const property = object.getChildren("Property").find((member) => keyOf(state, member) === key);
  const value = property?.getChild("String");
  return value ? textOf(state, value) : undefined;
}

// Documentation

/** The schema's documentation of a policy's key with a token type; none if it is not allowed. */
function docOfKey(key, tokenType) {
  const variants = Policy.oneOf.filter((variant) => !tokenType || variant.properties.tokenType.const === tokenType);
  const docs = (variants.length ? variants : Policy.oneOf).map((variant) => variant.properties[key]);
  if (key === "decision" && docs[0]) return Decision.description;
  return docs.map((doc) => doc?.description).find((doc) => doc && doc !== NOT_HERE);
}

const wordsOf = {
  decision: () => Decision.oneOf.map((word) => [word.const, word.description]),
  tokenType: () => Policy.oneOf.map(({ properties }) => [properties.tokenType.const, TOKEN_TYPES[properties.tokenType.const]]),
  authorizedPermissions: () => [["admin", docOfKey("authorizedPermissions", "organization")]],
};

const TEMPLATES = {
  decision: '"decision": "${allow}"',
  tokenType: '"tokenType": "${organization}"',
  rules: '"rules": {\n\t"${sub}": "${}"\n}',
  authorizedPermissions: '"authorizedPermissions": ["admin"]',
};

const policyTemplate = (decision) =>
  `{\n\t"decision": "${decision}",\n\t"tokenType": "\${organization}",\n\t"rules": {\n\t\t"\${sub}": "\${}"\n\t}\n}`;

// Completion

/** A completion that replaces the content of a string, or inserts a string. */
function word(text, info, detail, inside) {
  const quoted = JSON.stringify(text);
  const apply = (view, _, from, to) => view.dispatch(insertCompletionText(view.state, inside ? quoted.slice(1, -1) : quoted, from, to));
  return { label: text, info, detail, apply };
}

function keyOptions(state, object, path, inside) {
  const has = members(state, object);
  const offered = (key) => !has.includes(key);
  if (path.at(-1) === "rules") {
    return state
      .field(known)
      .filter(({ path: claim }) => offered(claim))
      .map(({ path: claim, doc }) => {
        const option = word(claim, doc, undefined, inside);
        const name = JSON.stringify(claim).replaceAll(/[\\${}]/g, "\\$&");
        return inside ? option : { ...option, apply: snippet(`${name}: "\${}"`) };
      });
  }
  if (path.length > 0) return [];
  const tokenType = valueOf(state, object, "tokenType");
  return Object.keys(Policy.oneOf[0].properties)
    .filter((key) => offered(key) && docOfKey(key, tokenType))
    .map((key) => {
      const option = word(key, docOfKey(key, tokenType), undefined, inside);
      return inside ? option : { ...option, apply: snippet(TEMPLATES[key] ?? `"${key}": "\${}"`) };
    });
}

function valueOptions(state, path, inside) {
  const key = path.filter((step) => step !== "[]").at(-1);
  if (path[0] === "rules" && path.length === 2) {
    const claim = state.field(known).find((one) => one.path === key);
    const patterns = (claim?.patterns ?? []).map((pattern) => word(pattern, claim.doc, "pattern", inside));
    const values = (claim?.values ?? []).filter((value) => !claim.patterns.includes(value));
    return [...patterns, ...values.map((value) => word(value, claim.doc, "known value", inside))];
  }
  return (wordsOf[key]?.() ?? []).map(([text, info]) => word(text, info, undefined, inside));
}

function options(state, node, inside) {
  const isKey = node.name === "PropertyName" || node.name === "Object";
  const object = node.name === "Object" ? node : node.parent?.parent;
  if (isKey && object?.name === "Object") {
    const path = pathTo(state, object);
    const has = members(state, object);
    const isAround = path.length === 0 && !["decision", "tokenType", "rules"].some((key) => has.includes(key));
    const rest = inPolicy(path);
    if (isAround && !has.includes("policies")) {
      const around = word("policies", "The policies of an issuer.", undefined, inside);
      const whole = { ...around, apply: inside ? around.apply : snippet('"policies": [\n\t${}\n]') };
      return [whole, ...keyOptions(state, object, [], inside)];
    }
    return rest && !isAround ? keyOptions(state, object, rest, inside) : [];
  }
  const path = pathTo(state, node);
  const rest = inPolicy(path);
  const isList = node.name === "Array" && (path.length === 0 || (path.length === 1 && path[0] === "policies"));
  if (isList && !inside) {
    return ["allow", "deny"].map((decision) => ({
      label: `policy: ${decision}`,
      info: Decision.oneOf.find((one) => one.const === decision).description,
      apply: snippet(policyTemplate(decision)),
    }));
  }
  return rest ? valueOptions(state, rest, inside) : [];
}

export function completions(context) {
  const { state, pos } = context;
  const node = syntaxTree(state).resolveInner(pos, -1);
  const isText = (node.name === "String" || node.name === "PropertyName") && pos > node.from;
  if (isText && pos < node.to) {
    const found = options(state, node, true);
    const to = state.sliceDoc(node.to - 1, node.to) === '"' ? node.to - 1 : node.to;
    return found.length ? { from: node.from + 1, to, options: found, filter: true, validFor: /^[^"]*$/ } : null;
  }
  const before = context.matchBefore(/[\w]*/);
  if (!context.explicit && before.from === before.to) return null;
  const around = place(node, before.from);
  const found = around ? options(state, around, false) : [];
  return found.length ? { from: before.from, options: found, validFor: /^\w*$/ } : null;
}

/** The node that text typed here would belong to: an object, an array, or a member without value. */
function place(node, pos) {
  for (let at = node; at; at = at.parent) {
    if (at.name === "Property") {
      const name = at.getChild("PropertyName");
      const hasValue = at.lastChild && at.lastChild.name !== "PropertyName" && !at.lastChild.type.isError && at.lastChild.name !== ":";
      if (name && !hasValue && pos > name.to) return at.lastChild;
      continue;
    }
    if (at.name === "Object" || at.name === "Array") return at;
  }
  return null;
}

// Hover

export const hover = hoverTooltip((view, pos, side) => {
  const { state } = view;
  const node = syntaxTree(state).resolveInner(pos, side);
  if (node.name !== "PropertyName" && node.name !== "String") return null;
  const help = node.name === "PropertyName" ? helpOfKey(state, node) : helpOfValue(state, node);
  return help ? { pos: node.from, end: node.to, above: true, create: () => ({ dom: tooltip(help) }) } : null;
});

function helpOfKey(state, node) {
  const path = inPolicy(pathTo(state, node.parent));
  const object = node.parent.parent;
  if (path?.length === 2 && path[0] === "rules") {
    const claim = state.field(known).find((one) => one.path === path[1]);
    return claim && { title: claim.path, text: claim.doc, example: claim.values[0] };
  }
  const tokenType = object && valueOf(state, object, "tokenType");
  const text = path?.length === 1 ? docOfKey(path[0], tokenType) ?? (docOfKey(path[0]) && NOT_HERE) : undefined;
  return text ? { title: path[0], text } : null;
}

function helpOfValue(state, node) {
  const path = inPolicy(pathTo(state, node));
  const words = path && wordsOf[path.filter((step) => step !== "[]").at(-1)];
  const value = textOf(state, node);
  const found = path?.[0] !== "rules" && words?.().find(([text]) => text === value);
  return found ? { title: value, text: found[1] } : null;
}

function tooltip({ title, text, example }) {
  const dom = document.createElement("div");
  dom.className = "cm-help";
  const add = (tag, content) => {
    const element = dom.appendChild(document.createElement("p")).appendChild(document.createElement(tag));
    element.textContent = content;
  };
  add("code", title);
  add("span", text);
  if (example) add("code", `such as ${example}`);
  return dom;
}
