/** The things this browser opened last: traces, sessions, errors, dashboards. Kept here, never sent. */

import { signal } from "../vendor/signals.js";
import { remember, remembered } from "./preferences.js";

/** @typedef {{path: string, title: string, project: string}} Visit */

const MOST = 30;
const LONGEST_TITLE = 200;

/** Newest first. */
export const recent = signal(read());

/** @returns {Visit[]} */
function read() {
  try {
    const kept = JSON.parse(remembered("recent") || "[]");
    return Array.isArray(kept) ? kept.filter((one) => ["path", "title", "project"].every((name) => typeof one?.[name] === "string")) : [];
  } catch {
    return [];
  }
}

/** A thing was opened; its parts (its steps, its tabs) are the same thing. @param {string} path @param {string} title @param {string} project */
export function opened(path, title, project) {
  const [, kind, id] = path.split("/");
  if (!kind || !id || !project) return;
  const visit = { path: `/${kind}/${id}`, title: title.slice(0, LONGEST_TITLE), project };
  recent.value = [visit, ...recent.peek().filter((one) => one.path !== visit.path || one.project !== project)].slice(0, MOST);
  remember("recent", JSON.stringify(recent.value));
}
