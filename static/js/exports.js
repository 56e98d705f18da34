/** Exports that run: the browser writes the file by itself; how far it is, the server is asked. */

import { signal } from "../vendor/signals.js";
import { addressOf, ask, Problem, send } from "./api.js";

/** @typedef {"csv" | "jsonl" | "parquet"} Format */
/** @typedef {{id: string, project: string | undefined, format: Format, state: "waiting" | "running" | "done" | "cancelled" | "failed", rows: number, total: number, bytes: number, detail: string}} Running */

const ASKED_MS = 400;
const BEGINS_WITHIN_MS = 20_000;

export const running = signal(/** @type {readonly Running[]} */ ([]));

/** @param {string} id @param {Partial<Running>} news */
function change(id, news) {
  running.value = running.peek().map((one) => (one.id === id ? { ...one, ...news } : one));
}

/** @param {Format} format @param {import("./api.js").Params} params  of /events */
export function startExport(format, params) {
  const id = crypto.getRandomValues(new Uint8Array(12)).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
  const project = /** @type {string | undefined} */ (params["project_id"]);
  running.value = [...running.peek(), { id, project, format, state: "waiting", rows: 0, total: 0, bytes: 0, detail: "" }];
  const link = document.createElement("a");
  link.href = addressOf("/events/export", { ...params, format, export_id: id });
  link.download = "";
  link.click();
  void follow(id, project, Date.now() + BEGINS_WITHIN_MS);
}

/** Until it is over. @param {string} id @param {string | undefined} project @param {number} patience */
async function follow(id, project, patience) {
  for (;;) {
    await new Promise((resume) => setTimeout(resume, ASKED_MS));
    if (!running.peek().some((one) => one.id === id)) return;
    try {
      const { state, rows, total, bytes, detail } = await ask(`/exports/${id}`, { project_id: project });
      change(id, { state, rows, total, bytes, detail: detail ?? "" });
      if (state !== "running") return;
    } catch (fault) {
      const isEarly = fault instanceof Problem && fault.status === 404 && Date.now() < patience;
      if (isEarly) continue;
      change(id, { state: "failed", detail: /** @type {Error} */ (fault).message });
      return;
    }
  }
}

/** @param {Running} one */
export async function cancelExport({ id, project }) {
  await send("DELETE", `/exports/${id}`, undefined, { project_id: project }).catch(() => null);
  change(id, { state: "cancelled" });
}

/** @param {string} id */
export function forgetExport(id) {
  running.value = running.peek().filter((one) => one.id !== id);
}
