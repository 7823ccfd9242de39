// Helpers for the tests of the playground.
import { generateKeyPairSync, sign } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { issuerUrl } from "./helpers.mjs";

export const widths = [1280, 390];
export const sized = (width, options = {}) => ({ viewport: { width, height: 900 }, ...options });

/** Shows a pane on a screen that fits only one. `press` presses its button. */
export async function pane(page, name, press = (button) => button.click()) {
  const button = page.getByRole("group", { name: "Pane" }).getByRole("button", { name, exact: true });
  if (await button.isVisible()) await press(button);
}

/** Opens a folded part. */
export async function unfold(page, name) {
  const details = page.locator("details").filter({ has: page.locator(":scope > summary").filter({ hasText: name }) });
  if (!(await details.evaluate((element) => element.open))) await details.locator(":scope > summary").click();
}

/** Starts a scratch set from the issuer's policies, and shows it as JSON. */
export async function editCopy(page) {
  await page.getByRole("button", { name: "Edit in a scratch set" }).click();
  await asJson(page);
}

/** Shows the scratch policies as JSON. */
export const asJson = (page) => page.getByRole("group", { name: "View of the policies" }).getByRole("button", { name: "JSON" }).click();

/** The examples from their files. */
export const examples = () => {
  const folder = new URL("../../examples/gallery/", import.meta.url);
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")));
};

const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** A key for an algorithm, and tokens signed with it. */
export function signer(alg) {
  const kid = `key-${alg}`;
  const [kind, options] = {
    RS: ["rsa", { modulusLength: 2048 }],
    PS: ["rsa", { modulusLength: 2048 }],
    ES: ["ec", { namedCurve: alg === "ES384" ? "P-384" : "P-256" }],
    Ed: ["ed25519", {}],
  }[alg.slice(0, 2)];
  const { publicKey, privateKey } = generateKeyPairSync(kind, options);
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, use: "sig" };
  const digest = alg === "EdDSA" ? null : `sha${alg.slice(2)}`;
  const how = { ES: { dsaEncoding: "ieee-p1363" }, PS: { padding: 6, saltLength: Number(alg.slice(2)) / 8 } }[alg.slice(0, 2)] ?? {};
  const token = (claims) => {
    const input = `${encode({ alg, kid })}.${encode(claims)}`;
    return `${input}.${sign(digest, Buffer.from(input), { key: privateKey, ...how }).toString("base64url")}`;
  };
  return { jwk, token };
}

/** Another signature of the same length. */
export function tampered(token) {
  const [header, payload, signature] = token.split(".");
  const bytes = Buffer.from(signature, "base64url");
  bytes[bytes.length >> 1] ^= 1;
  return [header, payload, bytes.toString("base64url")].join(".");
}

/** The stored form of the issuer. */
export const stored = (page, url = issuerUrl) =>
  page.evaluate((url) => {
    const text = Object.values({ ...localStorage }).find((text) => text.includes('"issuers"'));
    return JSON.parse(text).issuers.find((issuer) => issuer.url === url);
  }, url);
