/** Saved views: a page with its filter, range and order, under a name. What a view is, is its address. */

import { filtersOf, wordsOf } from "./filters.js";
import { pageAt } from "./pages.js";
import { rangeWords, spanOf } from "./time.js";

/** @typedef {{path: string, query: string}} View */
/** @typedef {import("./saved.js").Item<View>} SavedView */

/** What an address has besides: it belongs to the moment, not to the view. */
const PASSING = ["project", "event", "cursor", "compare"];

/** @param {import("./router.js").Address} address @returns {View} */
export function viewOf({ path, query }) {
  const kept = new URLSearchParams([...query].filter(([name, value]) => value && !PASSING.includes(name)));
  kept.sort();
  return { path, query: kept.toString() };
}

/** @param {View} one @param {View} other */
export const isSame = (one, other) => one.path === other.path && one.query === other.query;

/** What was kept, whoever wrote it; undefined if it leads to no page of ours. @param {any} content @returns {View | undefined} */
export function viewIn(content) {
  if (typeof content?.path !== "string" || typeof content.query !== "string" || !content.path.startsWith("/") || !pageAt(content.path)) return undefined;
  return viewOf({ path: content.path, query: new URLSearchParams(content.query) });
}

/** @param {View} view @param {string | undefined} project */
export function hrefOf({ path, query }, project) {
  const all = new URLSearchParams(query);
  if (project) all.set("project", project);
  return all.size ? `${path}?${all}` : path;
}

/** status error, latency ≥ 2 s · Last 7 days. @param {View} view */
export function viewWords({ query }) {
  const params = new URLSearchParams(query);
  const range = params.has("range") || params.has("from") ? rangeWords(spanOf(params)) : "";
  return [filtersOf(params).map(wordsOf).join(", "), range].filter(Boolean).join(" · ");
}
