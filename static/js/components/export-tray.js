/** How far exports are, at the foot of the window; they go on while somebody reads another page. */

import { useEffect } from "../../vendor/hooks.js";
import { cancelExport, forgetExport, running } from "../exports.js";
import { exact, percent } from "../format.js";
import { html } from "../html.js";
import { Glyph, Icon } from "./icon.js";

const SHOWN_MS = 6000;
const MEBIBYTE = 1024 * 1024;
/** @type {Readonly<Record<string, string>>} */
const NAMES = { csv: "CSV", jsonl: "JSONL", parquet: "Parquet" };

export const ExportTray = () => (running.value.length ? html`<div class="tray">${running.value.map((one) => html`<${Row} key=${one.id} one=${one} />`)}</div>` : null);

/** @param {{one: import("../exports.js").Running}} props */
function Row({ one }) {
  const { id, format, state, rows, total, bytes, detail } = one;
  const isRunning = state === "running" || state === "waiting";
  useEffect(() => {
    if (state !== "done" && state !== "cancelled") return undefined;
    const timer = setTimeout(() => forgetExport(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const size = bytes >= MEBIBYTE / 10 ? ` · ${(bytes / MEBIBYTE).toFixed(1)} MiB` : "";
  const words = state === "waiting" || (isRunning && !total) ? "counting events" : state === "running" ? `${exact(rows)} of ${exact(total)} events${size}` : state === "done" ? `${exact(rows)} events${size}`
    : state === "cancelled" ? `cancelled after ${exact(rows)} events; the file is not whole` : detail || "it broke off; the file is not whole";
  return html`<div class=${`toast${state === "failed" ? " fault" : ""}`}>
    ${state === "failed" && html`<${Glyph} type="error" failed />`}
    <span class="grow"><span class="num" role="status">${NAMES[format]}: ${words}</span>
      ${isRunning && html`<progress max="1" value=${total ? rows / total : undefined} aria-label=${`Export, ${percent(total ? rows / total : 0)}`}></progress>`}</span>
    ${isRunning ? html`<button type="button" class="act" onClick=${() => void cancelExport(one)}>Cancel</button>`
      : html`<button type="button" class="off" aria-label="Dismiss" onClick=${() => forgetExport(id)}><${Icon} name="x" size=${12} /></button>`}</div>`;
}
