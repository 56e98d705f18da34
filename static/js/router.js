/** Where the reader is. The address bar is the only home of range, filter and selection: a link shows what its sender saw. */

import { signal } from "../vendor/signals.js";

/** @typedef {{path: string, query: URLSearchParams}} Address */
/** @typedef {Record<string, string | string[] | null | undefined>} Changes  null or "" takes a parameter away. */

/** Kept from page to page. */
const KEPT = ["project", "range", "from", "to"];

/** @returns {Address} */
const here = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export const address = signal(here());

/** @type {(path: string) => boolean} */
let isOurs = () => false;

/** @param {string} href @param {{replace?: boolean}} [how] */
export function go(href, { replace = false } = {}) {
  const before = address.peek().path;
  history[replace ? "replaceState" : "pushState"](null, "", href);
  address.value = here();
  if (address.value.path !== before) document.querySelector("#sheet .scroll")?.scrollTo(0, 0);
}

/** The address of a page in the same project and range. @param {string} path @param {Changes} [params] */
export function linkTo(path, params = {}) {
  const query = new URLSearchParams();
  for (const name of KEPT) {
    const value = address.value.query.get(name);
    if (value) query.set(name, value);
  }
  return spelled(path, changed(query, params));
}

/** This page with other parameters. @param {Changes} changes */
export function linkHere(changes) {
  const { path, query } = address.value;
  return spelled(path, changed(query, changes));
}

/** Change parameters of this page: applying something adds to the history, writing replaces. @param {Changes} changes @param {{replace?: boolean}} [how] */
export function amend(changes, how) {
  const href = linkHere(changes);
  if (href !== location.pathname + location.search) go(href, how);
}

/** @param {URLSearchParams} query @param {Changes} changes */
function changed(query, changes) {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one) next.append(name, one);
  }
  return next;
}

/** @param {string} path @param {URLSearchParams} query */
function spelled(path, query) {
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2F", "/");
  return text ? `${path}?${text}` : path;
}

/** The values of `:names` in a pattern like "/traces/:trace"; null if it does not match. @param {string} pattern @param {string} path */
export function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.replace(/(?<=.)\/$/, "").split("/");
  if (wanted.length !== given.length) return null;
  /** @type {Record<string, string>} */
  const values = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      try {
        values[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    } else if (part !== value) return null;
  }
  return values;
}

/** Follow links to our own pages without loading anything. @param {(path: string) => boolean} ours */
export function startRouter(ours) {
  isOurs = ours;
  addEventListener("popstate", () => {
    address.value = here();
  });
  document.addEventListener("click", (click) => {
    if (click.defaultPrevented || click.button !== 0 || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    const link = click.target instanceof Element ? click.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (!isOurs(link.pathname)) return;
    click.preventDefault();
    go(link.pathname + link.search);
  });
}
