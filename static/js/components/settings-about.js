/** What runs here: is it well, what does it keep where, and is everything that was ever accepted accounted for. */

import { useState } from "../../vendor/hooks.js";
import { send } from "../api.js";
import { useAnswer } from "../answers.js";
import { bytes, count, exact } from "../format.js";
import { html } from "../html.js";
import { day, everyWay } from "../time.js";
import { ToCopy } from "./copy-button.js";
import { Glyph } from "./icon.js";
import { Failed, Skeleton } from "./states.js";
import { sayFault } from "./toast.js";

/** @typedef {{journal_bytes: number, hot_bytes: number, cold_bytes: number, control_bytes: number, disk_free_bytes: number, disk_bytes: number, refuses_below_bytes: number}} Kept */
/** @typedef {{version: string, python: string, system: string, url: string, started_at: string, data_dir: string, ready: boolean, troubles: {code: string, detail: string, hint: string}[], kept: Kept,
 *   law: {accepted: number, states: Record<string, number>, difference: number} | null, waiting: number, lag_seconds: number, durability: string, rate_limit: number, retention_days: number, asks_for_keys: boolean}} Told */

/** @type {readonly (readonly [string, string, string])[]} */
const STATES = [
  ["hot", "Stored", "answered from DuckDB"], ["in_journal", "Waiting", "on disk, about to be stored"], ["deduplicated", "Duplicates", "sent more than once, kept once"],
  ["dead_lettered", "Set aside", "could not be stored; under Receipts"], ["deleted_by_request", "Removed", "because somebody asked for it"], ["deleted_by_retention", "Expired", "past the retention"],
  ["cold", "Sealed only", "answered from Parquet"], ["archive", "Archived", ""], ["damaged", "Damaged", "lost to a damaged disk"],
];

export function About() {
  const answer = /** @type {import("../answers.js").Answer<Told>} */ (useAnswer("/about", {}, { isLive: true }));
  const { value: told } = answer;
  if (answer.fault) return html`<${Failed} fault=${answer.fault} again=${answer.again} />`;
  if (!told) return html`<${Skeleton} lines=${8} />`;
  return html`<${Health} told=${told} />
    <section class="part"><h2>This server</h2><dl class="known">
      ${[["Lynex", told.version], ["Python", `${told.python} on ${told.system}`], ["Address", told.url], ["Data", html`<code>${told.data_dir}</code>`],
        ["Running since", html`<span title=${everyWay(told.started_at)}>${day(told.started_at)}</span>`], ["Keys", told.asks_for_keys ? "asked for" : html`<span class="warn">not asked for: everybody on this machine may read and write</span>`],
        ["202 means", told.durability === "sync" ? "flushed to disk" : "written, flushed within 200 ms"], ["Rate limit", told.rate_limit ? `${count(told.rate_limit)} events a second and project` : "none"],
        ["Kept", told.retention_days ? `${count(told.retention_days)} days` : "for ever"]].map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <p class="soft said">All settings and where each came from: <code>lynex config show</code>. Checks from end to end: <code>lynex doctor</code>.</p></section>
    <${Disk} kept=${told.kept} />
    ${told.law && html`<${LawTable} law=${told.law} />`}
    <${Links} />`;
}

/** @param {{told: Told}} props */
const Health = ({ told }) => told.troubles.length === 0
  ? html`<p class="verdict"><b>${told.ready ? "All is well." : "Catching up with the journal; what was accepted before the start becomes visible."}</b> ${
      told.waiting ? `${count(told.waiting)} accepted events wait to be stored, the oldest for ${told.lag_seconds.toFixed(1)} s.` : "Everything accepted is stored."}</p>`
  : told.troubles.map(({ code, detail, hint }) => html`<div class="failed trouble" key=${detail} role="alert"><${Glyph} type="error" failed /><div><p><b>${detail}</b></p><p class="soft">${hint} <code class="dim">${code}</code></p></div></div>`);

/** @param {{kept: Kept}} props */
function Disk({ kept }) {
  const isShort = kept.disk_free_bytes < 3 * kept.refuses_below_bytes;
  /** @type {readonly (readonly [string, number, string])[]} */
  const parts = [["Journal", kept.journal_bytes, "accepted, not sealed yet"], ["Hot", kept.hot_bytes, "DuckDB, what questions are answered from"], ["Sealed", kept.cold_bytes, "Parquet, for good"], ["Control", kept.control_bytes, "projects, keys, saved things"]];
  return html`<section class="part"><h2>On disk</h2><table class="list sizes"><tbody>${parts.map(([name, size, what]) => html`<tr key=${name}><td>${name}</td><td class="num" title=${exact(size)}>${bytes(size)}</td><td class="soft">${what}</td></tr>`)}
    <tr><td class=${isShort ? "warn" : ""}>Free</td><td class=${`num${isShort ? " warn" : ""}`}>${bytes(kept.disk_free_bytes)}</td><td class="soft">of ${bytes(kept.disk_bytes)}; below ${bytes(kept.refuses_below_bytes)} new events are refused</td></tr></tbody></table></section>`;
}

/** @param {{law: {accepted: number, states: Record<string, number>, difference: number}}} props */
const LawTable = ({ law }) => html`<section class="part"><h2>Where everything accepted is</h2>
  <table class="list sizes"><tbody>${STATES.filter(([state]) => law.states[state] || state === "hot").map(([state, name, what]) => html`<tr key=${state}><td>${name}</td><td class="num">${exact(law.states[state] ?? 0)}</td><td class="soft">${what}</td></tr>`)}
    <tr class="sum"><td>Accepted</td><td class="num">${exact(law.accepted)}</td><td class=${law.difference ? "bad" : "soft"}>${law.difference ? `${exact(law.difference)} are not accounted for: please report this` : "the sum of the above, to the last event"}</td></tr></tbody></table></section>`;

/** For a second browser or a colleague. */
function Links() {
  const [url, setUrl] = useState("");
  const make = () => send("POST", "/signin-links").then((made) => setUrl(made.url), (problem) => sayFault(problem, "No link was made"));
  return html`<section class="part"><h2>Sign in elsewhere</h2><p class="soft said">A link opens one session that may do everything here. It works once, within an hour. In a terminal: <code>lynex signin</code>.</p>
    ${url ? html`<${ToCopy} text=${url} name="the sign-in link" />` : html`<p class="ways"><button type="button" class="btn" onClick=${make}>Make a link</button></p>`}</section>`;
}
