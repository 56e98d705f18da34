/** Where the palette can go: pages, what was saved, what was opened last, and what an id or a link that was pasted names. */

import { ask, send } from "./api.js";
import { filterParams, understood } from "./filters.js";
import { plural, shortened } from "./format.js";
import { toDashboard, toEvent, toEvents, toProblem, toSession, toTrace } from "./links.js";
import { pageAt, PAGES } from "./pages.js";
import { chooseTheme, toggleRail } from "./preferences.js";
import { go, linkTo } from "./router.js";
import { chooseProject } from "./state.js";
import { day } from "./time.js";
import { hrefOf, viewIn, viewWords } from "./views.js";

/** @typedef {{key: string, kind: string, label: string, icon: string, note?: string, run: () => void}} Destination */

const EARLIEST = "2000-01-01T00:00:00Z";
const SHORTEST_ID = 6;

/** @param {string} path */
const openPath = (path) => () => go(linkTo(path));

/** @type {() => Destination[]} */
export const pageDestinations = () => PAGES.filter(({ icon }) => icon).map(({ path, title, icon, key }) => ({ key: path, kind: "Page", label: title, icon: icon ?? "right", note: key ? `g ${key}` : "", run: openPath(path) }));

/** @type {() => Destination[]} */
export const actions = () => [
  ...[["Light", "light"], ["Dark", "dark"], ["As the system", ""]].map(([label = "", theme = ""]) => ({ key: `theme ${theme}`, kind: "Appearance", label, icon: "theme", run: () => chooseTheme(theme) })),
  { key: "rail", kind: "Action", label: "Fold the navigation", icon: "left", note: "[", run: toggleRail },
  { key: "guide", kind: "Page", label: "Guide", icon: "guide", run: () => location.assign("/guide/") },
  { key: "docs", kind: "Page", label: "API", icon: "link", run: () => location.assign("/docs") },
];

/** @param {readonly import("./saved.js").Item[]} items @returns {Destination[]} */
export const dashboardDestinations = (items) => items.map(({ id, name }) => ({ key: `/dashboards/${id}`, kind: "Dashboard", label: name, icon: "dashboards", run: () => go(toDashboard(id)) }));

/** @param {readonly import("./saved.js").Item[]} items @param {string | undefined} project @returns {Destination[]} */
export const viewDestinations = (items, project) => items.flatMap(({ id, name, content }) => {
  const view = viewIn(content);
  return view ? [{ key: id, kind: "View", label: name, icon: "view", note: viewWords(view), run: () => go(hrefOf(view, project)) }] : [];
});

/** @param {readonly import("./state.js").Project[]} projects @param {string | undefined} here @returns {Destination[]} */
export const projectDestinations = (projects, here) =>
  projects.filter(({ id }) => id !== here).map(({ id, name }) => ({ key: id, kind: "Project", label: name, icon: "right", note: id === name ? "" : shortened(id), run: () => chooseProject(id) }));

/** But for the one that is open. @param {readonly import("./recent.js").Visit[]} visits @param {string | undefined} project @param {string} here @returns {Destination[]} */
export function recentDestinations(visits, project, here) {
  return visits.filter(({ path, project: of }) => of === project && pageAt(path) && !here.startsWith(path)).map(({ path, title }) => {
    const section = PAGES.find((page) => page.path === `/${path.split("/")[1]}`);
    return { key: path, kind: pageAt(path)?.page.title ?? "", label: title, icon: section?.icon ?? "clock", note: "opened before", run: openPath(path) };
  });
}

/** What was typed as a question for the events. @param {string} typed @returns {Destination[]} */
export function searchDestination(typed) {
  const { filters, fault } = understood(typed);
  if (fault || !filters.length) return [];
  return [{ key: "search", kind: "Search", label: `Events: ${typed}`, icon: "search", run: () => go(toEvents(filterParams(filters))) }];
}

/** How well a label answers what was typed: 4 begins with it, 3 a word does, 2 has it, 1 has its letters in order, 0 not at all. @param {string} label @param {string} typed */
export function fit(label, typed) {
  const [text, wanted] = [label.toLowerCase(), typed.toLowerCase()];
  const at = text.indexOf(wanted);
  if (at === 0) return 4;
  if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1] ?? "") ? 2 : 3;
  let from = 0;
  for (const letter of wanted) {
    from = text.indexOf(letter, from) + 1;
    if (!from) return 0;
  }
  return wanted.length > 1 ? 1 : 0;
}

/** A link of ours, pasted. @param {string} typed @returns {Destination[]} */
export function linkDestination(typed) {
  if (!URL.canParse(typed)) return [];
  const { origin, pathname, search } = new URL(typed);
  const found = origin === location.origin ? pageAt(pathname) : null;
  return found ? [{ key: typed, kind: "Link", label: pathname, icon: "link", run: () => go(pathname + search) }] : [];
}

/** The id in what was typed, also in a traceparent; "" where it cannot be one. @param {string} typed */
export function idIn(typed) {
  const parent = typed.match(/^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/i);
  if (parent) return parent[1] ?? "";
  return typed.length >= SHORTEST_ID && typed.length <= 128 && !/\s/.test(typed) && /[\d_.:-]/.test(typed) ? typed : "";
}

/** The things that have this id: asked as lists, so that a stranger's id is an empty answer and no fault. @param {string} id @param {string} project @param {AbortSignal} until @returns {Promise<Destination[]>} */
export async function named(id, project, until) {
  const about = { project_id: project, limit: 1 };
  const answers = await Promise.allSettled([
    ask("/traces", { ...about, trace_id: id }, until).then(({ items }) => items.map(traceFound)),
    ask("/sessions", { ...about, session_id: id }, until).then(({ items }) => items.map(sessionFound)),
    /^[0-9a-f]{16}$/.test(id) ? ask("/errors", { ...about, error_group: id, from: EARLIEST }, until).then(({ items }) => items.map(problemFound)) : [],
    /^[A-Za-z0-9._:-]+$/.test(id) ? send("POST", "/events/lookup", { ids: [id] }, { project_id: project }).then(({ items }) => items.map(eventFound)) : [],
  ]);
  return answers.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}

/** @param {any} trace @returns {Destination} */
const traceFound = ({ trace_id, name, start, events }) => ({ key: `/traces/${trace_id}`, kind: "Trace", label: name ?? trace_id, icon: "traces", note: `${day(start)} · ${plural(events, "event")}`, run: () => go(toTrace(trace_id)) });

/** @param {any} session @returns {Destination} */
const sessionFound = ({ session_id, last_seen }) => ({ key: `/sessions/${session_id}`, kind: "Session", label: session_id, icon: "sessions", note: last_seen ? day(last_seen) : "", run: () => go(toSession(session_id)) });

/** @param {any} problem @returns {Destination} */
const problemFound = ({ id, type, message, count }) => ({ key: `/errors/${id}`, kind: "Error", label: type || message || id, icon: "errors", note: plural(count, "time"), run: () => go(toProblem(id)) });

/** @param {any} event @returns {Destination} */
const eventFound = ({ eventId, at, type, body }) => ({ key: `event ${eventId}`, kind: "Event", label: body.name ?? type, icon: "events", note: day(at), run: () => go(toEvent(eventId, at)) });
