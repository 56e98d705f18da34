/** Where things are: every link to a thing is made here. A thing whose page is not there yet is shown as its events. */

import { pageAt } from "./pages.js";
import { linkTo } from "./router.js";

/** @typedef {import("./router.js").Changes} Changes */

/** @param {Changes} [filters] */
export const toEvents = (filters = {}) => linkTo("/events", filters);

const BEFORE_MS = 3_600_000;

/** An event at the head of what came before it: found at once, however old. @param {string} id @param {string} at */
export function toEvent(id, at) {
  const moment = Date.parse(at);
  return linkTo("/events", { event: id, range: null, from: new Date(moment - BEFORE_MS).toISOString(), to: new Date(moment + 1).toISOString() });
}

/** @param {string} id @param {string} [eventId] @param {string} [view] */
export function toTrace(id, eventId, view) {
  const path = `/traces/${encodeURIComponent(id)}`;
  return pageAt(path) ? linkTo(path, { event: eventId, view }) : toEvents({ trace_id: id, event: eventId });
}

/** The steps of a trace: a certain one, else that of an event. @param {string} id @param {string} [eventId] @param {number} [step] */
export const toSteps = (id, eventId, step) => linkTo(`/traces/${encodeURIComponent(id)}/steps${step ? `/${step}` : ""}`, { event: eventId });

/** Two traces side by side. @param {string} id @param {string} other */
export const toComparison = (id, other) => linkTo(`/traces/${encodeURIComponent(id)}/compare/${encodeURIComponent(other)}`);

/** @param {Changes} [params] */
export const toTraces = (params = {}) => (pageAt("/traces") ? linkTo("/traces", params) : toEvents(params));

/** @param {Changes} [params] */
export const toSessions = (params = {}) => linkTo("/sessions", params);

/** @param {string} id @param {string} [turn]  a trace of it */
export const toSession = (id, turn) => linkTo(`/sessions/${encodeURIComponent(id)}`, { turn });

/** @param {string} group */
export const toProblem = (group) => linkTo(`/errors/${encodeURIComponent(group)}`);

/** @param {Changes} [params] */
export const toProblems = (params = {}) => linkTo("/errors", params);

/** @param {Changes} [params] */
export const toCosts = (params = {}) => (pageAt("/costs") ? linkTo("/costs", params) : toEvents(params));

export const toDashboards = () => linkTo("/dashboards");

/** @param {string} id @param {boolean} [isArranged] */
export const toDashboard = (id, isArranged = false) => linkTo(`/dashboards/${encodeURIComponent(id)}`, { edit: isArranged ? "yes" : null });
