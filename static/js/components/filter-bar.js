/** The filter of a page, which lives in the address, and the views that keep it. What is searched for in words is shown where such things are listed. */

import { useRef } from "../../vendor/hooks.js";
import { filterParams, hasFilter, onlyThese, withFilter, withoutFilter } from "../filters.js";
import { html } from "../html.js";
import { useKeys } from "../keyboard.js";
import { address, amend, go, linkTo } from "../router.js";
import { filters } from "../state.js";
import { FilterBox } from "./filter-box.js";
import { rangeChanges } from "./filter-readings.js";
import { ViewMenu } from "./view-menu.js";

/** @typedef {import("../filters.js").Filter} Filter */

/** Pages that list what passes. */
const LISTS = ["/events", "/traces", "/sessions", "/errors"];

/** @param {readonly Filter[]} next */
export const applyFilters = (next) => amend({ ...onlyThese(next), event: null });

/** Add a filter, or take it away again. @param {Filter} one */
export const toggleFilter = (one) =>
  applyFilters(hasFilter(filters.peek(), one) ? withoutFilter(filters.peek(), one) : withFilter(filters.peek(), one));

/** @param {import("./filter-box.js").Wanted} wanted */
export function applyWanted({ filters: next, when, page, sort, isSearch }) {
  const here = address.peek().path;
  const path = page || (isSearch && !LISTS.includes(here) ? "/events" : here);
  const changes = { ...rangeChanges(when), ...(sort ? { sort, order: null } : {}) };
  if (path === here) amend({ ...onlyThese(next), event: null, ...changes });
  else go(linkTo(path, { ...filterParams(next), ...changes }));
}

/** @param {{hint?: string}} props */
export function FilterBar({ hint = "Search or filter: model:gpt-4o  latency:>2s  “refund”, or in words" }) {
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  useKeys("Everywhere", [{ keys: "/", does: "Search or filter", run: () => box.current?.focus() }]);
  return html`<${FilterBox} filters=${filters.value} apply=${applyWanted} hint=${hint} box=${box} /><${ViewMenu} />`;
}
