/** Where things are: every link to a thing is made here. A thing whose page is not there yet is shown as its events. */

import { pageAt } from "./pages.js";
import { linkTo } from "./router.js";

/** @typedef {import("./router.js").Changes} Changes */

/** @param {Changes} [filters] */
export const toEvents = (filters = {}) => linkTo("/events", filters);

/** @param {string} id */
export const toEvent = (id) => linkTo("/events", { event: id });

/** @param {string} id @param {string} [eventId] */
export function toTrace(id, eventId) {
  const path = `/traces/${encodeURIComponent(id)}`;
  return pageAt(path) ? linkTo(path, { event: eventId }) : toEvents({ trace_id: id, event: eventId });
}

/** @param {Changes} [params] */
export const toTraces = (params = {}) => (pageAt("/traces") ? linkTo("/traces", params) : toEvents(params));

/** @param {string} id */
export function toSession(id) {
  const path = `/sessions/${encodeURIComponent(id)}`;
  return pageAt(path) ? linkTo(path) : toEvents({ session_id: id });
}

/** @param {string} group */
export function toProblem(group) {
  const path = `/errors/${encodeURIComponent(group)}`;
  return pageAt(path) ? linkTo(path) : toEvents({ error_group: group });
}

/** @param {Changes} [params] */
export const toProblems = (params = {}) => (pageAt("/errors") ? linkTo("/errors", params) : toEvents({ status: "error", ...params }));

/** @param {Changes} [params] */
export const toCosts = (params = {}) => (pageAt("/costs") ? linkTo("/costs", params) : toEvents(params));
