// Which hosts of URLs are addresses that are not public.

import { GLOBAL_UNICAST, NAT64, RESERVED, SPECIAL } from "./special-addresses.js";

const binary = (number, width) => number.toString(2).padStart(width, "0");

/** The bits of an address in the form that `URL` writes, as text of `0` and `1`. */
function bitsOf(address) {
  if (!address.includes(":")) return address.split(".", 4).map((part) => binary(Number(part), 8)).join("");
  const [start, end = []] = address.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const groups = [...start, ...Array(8 - start.length - end.length).fill("0"), ...end];
  return groups.map((group) => binary(Number.parseInt(group, 16), 16)).join("");
}

/** The bits that all addresses of a range begin with, and how long addresses of its kind are. */
function rangeOf(text) {
  const [address, length] = text.split("/");
  const bits = bitsOf(address);
  return { start: bits.slice(0, Number(length)), length: bits.length };
}
const isIn = (bits, { start, length }) => bits.length === length && bits.startsWith(start);

let ranges;
const readRanges = () => ({
  special: SPECIAL.map(([range, problem]) => ({ ...rangeOf(range), problem })),
  nat64: rangeOf(NAT64),
  globalUnicast: rangeOf(GLOBAL_UNICAST),
});

function problemOf(bits) {
  const { special, nat64, globalUnicast } = (ranges ??= readRanges());
  if (isIn(bits, nat64)) return problemOf(bits.slice(-32));
  const found = special.find((range) => isIn(bits, range));
  return found?.problem ?? (bits.length === 128 && !isIn(bits, globalUnicast) ? RESERVED : undefined);
}

/** Why the host of a URL is an address that is not public; undefined for others, and for names. */
export function addressProblem(url) {
  const { hostname } = new URL(url);
  if (/(^|\.)localhost\.?$/.test(hostname)) return problemOf(bitsOf("127.0.0.1"));
  const address = /^(\d+(?:\.\d+){3})$|^\[(.*)\]$/.exec(hostname);
  return address === null ? undefined : problemOf(bitsOf(address[1] ?? address[2]));
}
