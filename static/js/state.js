/** What every page knows: the projects, the one shown, the range, the filters. All but the list follows from the address. */

import { computed, signal } from "../vendor/signals.js";
import { ask, Problem, session } from "./api.js";
import { filtersOf } from "./filters.js";
import { remember, remembered } from "./preferences.js";
import { address, go, linkTo } from "./router.js";
import { rangeParams, spanOf, ZONE } from "./time.js";
import { goBack } from "./way-back.js";

/** @typedef {{id: string, name: string, created_at: string}} Project */

export const projects = signal(/** @type {Project[]} */ ([]));

/** Why the start failed, if it did for another reason than a missing session. */
export const startFault = signal(/** @type {Error | null} */ (null));

/** Grows when figures of a range that ends now should be asked for again. */
export const pulse = signal(0);

export const project = computed(() => {
  const wanted = address.value.query.get("project") || remembered("project");
  return projects.value.find(({ id }) => id === wanted) ?? projects.value[0];
});

/** Moves on with the pulse where it ends now. */
export const span = computed(() => {
  pulse.value;
  return spanOf(address.value.query);
});

export const filters = computed(() => filtersOf(address.value.query));

/** Project and range, for questions about a stretch of time. */
export const asked = computed(() => ({ project_id: project.value?.id, ...rangeParams(spanOf(address.value.query)) }));

/** The same, for questions that cut time into days of the viewer. */
export const askedByDay = computed(() => ({ ...asked.value, tz: ZONE }));

export async function start() {
  startFault.value = null;
  try {
    projects.value = (await ask("/projects")).items;
    if (session.peek() !== "open") goBack();
    session.value = "open";
  } catch (fault) {
    if (!(fault instanceof Problem && fault.status === 401)) startFault.value = fault instanceof Error ? fault : new Error(String(fault));
  }
}

/** @param {string} id */
export function chooseProject(id) {
  remember("project", id);
  go(linkTo(address.value.path, { project: id }));
}

const BEAT_MS = 15_000;

/** Ask again every so often, but only while somebody looks. */
export function startPulse() {
  setInterval(() => {
    if (document.visibilityState === "visible" && session.value === "open" && spanOf(address.value.query).name) pulse.value += 1;
  }, BEAT_MS);
}
