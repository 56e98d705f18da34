/** The pages. One line here and one file in js/pages make a page; the navigation, the keys and the router read this list. */

import { match } from "./router.js";

/**
 * @typedef {object} PageEntry
 * @property {string} path  ":name" matches one part of the address; it is handed to the page in `params`
 * @property {string} title  in the navigation and in the window's title
 * @property {() => Promise<{default: import("../vendor/preact.js").ComponentType<any>}>} load
 * @property {string} [icon]  with an icon it is in the navigation
 * @property {string} [key]  second key after "g"
 * @property {boolean} [isMore]  on a phone it is behind "More"
 */

/** @type {readonly PageEntry[]} */
export const PAGES = [
  { path: "/", title: "Overview", icon: "overview", key: "o", load: () => import("./pages/overview.js") },
  { path: "/dashboards", title: "Dashboards", icon: "dashboards", key: "d", isMore: true, load: () => import("./pages/dashboards.js") },
  { path: "/dashboards/:dashboard", title: "Dashboard", load: () => import("./pages/dashboard.js") },
  { path: "/events", title: "Events", icon: "events", key: "e", load: () => import("./pages/events.js") },
  { path: "/traces", title: "Traces", icon: "traces", key: "t", load: () => import("./pages/traces.js") },
  { path: "/traces/:trace", title: "Trace", load: () => import("./pages/trace.js") },
  { path: "/traces/:trace/compare/:other", title: "Compare", load: () => import("./pages/compare.js") },
  { path: "/traces/:trace/steps", title: "Steps", load: () => import("./pages/steps.js") },
  { path: "/traces/:trace/steps/:step", title: "Steps", load: () => import("./pages/steps.js") },
  { path: "/sessions", title: "Sessions", icon: "sessions", key: "s", isMore: true, load: () => import("./pages/sessions.js") },
  { path: "/sessions/:session", title: "Session", load: () => import("./pages/session.js") },
  { path: "/errors", title: "Errors", icon: "errors", key: "r", load: () => import("./pages/errors.js") },
  { path: "/errors/:group", title: "Problem", load: () => import("./pages/problem.js") },
  { path: "/costs", title: "Costs", icon: "costs", key: "c", isMore: true, load: () => import("./pages/costs.js") },
  { path: "/settings", title: "Settings", icon: "settings", isMore: true, load: () => import("./pages/settings.js") },
  { path: "/settings/:section", title: "Settings", load: () => import("./pages/settings.js") },
  { path: "/guide", title: "Guide", load: () => import("./pages/guide.js") },
  { path: "/guide/:page", title: "Guide", load: () => import("./pages/guide.js") },
];

/** @param {string} path @returns {{page: PageEntry, params: Record<string, string>} | null} */
export function pageAt(path) {
  for (const page of PAGES) {
    const params = match(page.path, path);
    if (params) return { page, params };
  }
  return null;
}
