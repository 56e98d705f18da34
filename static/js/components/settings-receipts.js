/** Receipts: what was sent, what became of it, and why some of it was refused; by hour and by key. */

import { useMemo } from "../../vendor/hooks.js";
import { useAnswer } from "../answers.js";
import { count, countOnAxis, exact, plural } from "../format.js";
import { html } from "../html.js";
import { refusalWords } from "../refusals.js";
import { address, linkHere } from "../router.js";
import { asked, span } from "../state.js";
import { day, DAY, everyWay, HOUR, minutes } from "../time.js";
import { OverTime } from "./chart.js";
import { DeadLetters } from "./dead-letters.js";
import { zoomTo } from "./range-picker.js";
import { Empty, Failed, Skeleton } from "./states.js";

/** @typedef {{accepted: number, duplicates: number, stored: number, set_aside: number, refused: number}} Sums */
/** @typedef {{key_id: string | null, name: string | null, prefix: string | null, revoked: boolean, accepted: number, duplicates: number, stored: number, refused: number, last_stored_at: string | null}} OfKey */
/** @typedef {{code: string, key_id: string | null, amount: number, last_hour: string}} Refusal */
/** @typedef {{hours: string[], to: string, lines: Record<keyof Sums, number[]>, totals: Sums, keys: OfKey[], refused: Refusal[], nobody: Refusal[] | null, waiting: number, lag_seconds: number}} Told */

const KEPT_DAYS = 30;

export function Receipts() {
  const key = address.value.query.get("key") ?? "";
  const answer = /** @type {import("../answers.js").Answer<Told>} */ (useAnswer("/receipts", { ...asked.value, key_id: key }, { isLive: true }));
  const { value: told } = answer;
  if (answer.fault) return html`<${Failed} fault=${answer.fault} again=${answer.again} />`;
  if (!told) return html`<${Skeleton} lines=${8} />`;
  const one = told.keys.find(({ key_id }) => (key_id ?? "none") === key);
  return html`<div class=${answer.isOld ? "receipts old" : "receipts"}>
    <p class="verdict">${verdict(told, one)}</p>
    ${key && html`<p class="ways"><a class="btn tiny" href=${linkHere({ key: null })}>All keys</a></p>`}
    <${Figures} told=${told} />
    <${Hours} answer=${answer} told=${told} />
    ${told.totals.accepted + told.totals.refused === 0 && told.keys.length === 0 ? html`<${Empty} title="Nothing was sent in this range."><p>Each request counts here the moment it is answered. <a href="/guide/events.html">How to send</a></p><//>`
      : html`<${Keys} keys=${told.keys} chosen=${key} />`}
    <${Refused} title="Refused" refused=${told.refused} keys=${told.keys} />
    ${told.nobody && told.nobody.length > 0 && !key && html`<${Refused} title="Refused at the door, of no project" refused=${told.nobody} keys=${[]}
      note="Their key is missing, wrong or revoked, or they named no project: nobody knows whose they were." />`}
    ${!key && html`<${DeadLetters} />`}
    <p class="dim small foot">Counted when a request is answered, written down every five seconds, kept for ${KEPT_DAYS} days${span.value.to - span.value.from > KEPT_DAYS * DAY ? ": the range above is longer than that" : ""}.</p>
  </div>`;
}

/** The answer first: is all that came there? @param {Told} told @param {OfKey | undefined} one */
function verdict({ totals, waiting, lag_seconds, to }, one) {
  const whose = one ? html`With <b>${nameOf(one)}</b>: ` : "";
  const { accepted, duplicates, stored, set_aside, refused } = totals;
  const isNow = Date.parse(to) >= Date.now() - HOUR;
  const missing = accepted - duplicates - stored - set_aside - (isNow ? waiting : 0);
  const all = accepted === 0 ? "Nothing came." : missing <= 0 && !set_aside && !(isNow && waiting) ? `All ${plural(accepted, "event")} that came ${accepted === 1 ? "is" : "are"} stored.` : `${plural(stored, "event")} of ${count(accepted)} that came are stored.`;
  return html`${whose}<b>${all}</b>${duplicates > 0 && ` ${plural(duplicates, "was sent", "were sent")} before, and counted once.`}${
    isNow && waiting > 0 && ` ${plural(waiting, "event")} of all projects wait to be stored, the oldest for ${lag_seconds.toFixed(1)} s.`}${
    set_aside > 0 && html` <span class="bad">${plural(set_aside, "event")} could not be stored and ${set_aside === 1 ? "is" : "are"} set aside below.</span>`}${
    missing > 0 && accepted > 0 && ` ${plural(missing, "more was", "more were")} removed since, or found to be a duplicate while storing.`}${
    refused > 0 && html` <span class="bad">${plural(refused, "request was", "requests were")} refused.</span>`}`;
}

/** @param {{told: Told}} props */
const Figures = ({ told: { totals, waiting } }) => html`<dl class="sums">
  ${[["Accepted", totals.accepted, "answered: on disk"], ["Stored", totals.stored, "can be asked about"], ["Duplicates", totals.duplicates, "known before"], ["Waiting", waiting, "of all projects, now"],
    ["Set aside", totals.set_aside, "could not be stored"], ["Refused", totals.refused, "not kept"]].map(([name, value, what]) => html`<div key=${name}><dt>${name}</dt>
      <dd class=${value && (name === "Refused" || name === "Set aside") ? "bad" : ""} title=${exact(Number(value))}>${count(Number(value))}</dd><dd class="d">${what}</dd></div>`)}</dl>`;

/** @param {{answer: import("../answers.js").Answer<any>, told: Told}} props */
function Hours({ answer, told }) {
  const data = useMemo(() => {
    const starts = told.hours.map(Date.parse);
    const { accepted, duplicates, refused } = told.lines;
    return { starts, end: (starts.at(-1) ?? 0) + HOUR, lines: [
      { label: "new", values: accepted.map((value, index) => value - (duplicates[index] ?? 0)), colour: "--bar" },
      { label: "duplicates", values: duplicates, colour: "--tone-2" },
      { label: "refused", values: refused, colour: "--error" }] };
  }, [told]);
  return html`<div class="hours"><${OverTime} title="Came in" note="per hour" answers=${[answer]} data=${data} kind="bars" format=${count} onAxis=${countOnAxis} nothing="Nothing came in this range" open=${zoomTo} /></div>`;
}

/** @param {{keys: OfKey[], chosen: string}} props */
const Keys = ({ keys, chosen }) => html`<section class="part"><h2>By key</h2>
  <table class="list bykey"><thead><tr><th scope="col">Key</th><th scope="col" class="num">Accepted</th><th scope="col" class="num">Stored</th><th scope="col" class="num">Duplicates</th>
      <th scope="col" class="num">Refused</th><th scope="col" class="num">Last stored</th></tr></thead>
    <tbody>${keys.map((one) => html`<tr key=${one.key_id} aria-selected=${(one.key_id ?? "none") === chosen ? "true" : undefined}><td class="cut"><a class="plain" href=${linkHere({ key: one.key_id ?? "none" })}>${nameOf(one)}${
        one.prefix && html` <code class="dim">${one.prefix}…</code>`}${one.revoked && html` <span class="badge">revoked</span>`}</a></td>
      <td class="num" title=${exact(one.accepted)}>${count(one.accepted)}</td><td class="num">${count(one.stored)}</td><td class="num">${one.duplicates ? count(one.duplicates) : ""}</td>
      <td class="num">${one.refused ? html`<span class="bad">${count(one.refused)}</span>` : ""}</td>
      <td class="num soft" title=${one.last_stored_at ? everyWay(one.last_stored_at) : undefined}>${one.last_stored_at ? day(one.last_stored_at) : ""}</td></tr>`)}</tbody></table></section>`;

/** @param {{title: string, note?: string, refused: Refusal[], keys: OfKey[]}} props */
const Refused = ({ title, note, refused, keys }) => refused.length === 0 ? null : html`<section class="part"><h2>${title}</h2>${note && html`<p class="soft said">${note}</p>`}
  <table class="list why"><thead><tr><th scope="col">Because</th>${keys.length > 0 && html`<th scope="col" class="whose">Key</th>`}<th scope="col" class="num">Times</th><th scope="col" class="num last">Last</th></tr></thead>
    <tbody>${refused.map(({ code, key_id, amount, last_hour }) => {
      const [what, cure] = refusalWords(code);
      const whose = keys.find((one) => one.key_id === key_id);
      return html`<tr key=${`${code} ${key_id}`}><td><b>${what}</b> <code class="dim">${code}</code><p class="soft">${cure}</p></td>${keys.length > 0 && html`<td class="soft whose">${whose ? nameOf(whose) : ""}</td>`}
        <td class="num">${count(amount)}</td><td class="num soft last" title=${everyWay(last_hour)}>${lastly(last_hour)}</td></tr>`;
    })}</tbody></table></section>`;

/** @param {OfKey} one */
const nameOf = ({ key_id, name }) => name ?? (key_id === null ? "Without a key" : "A key that is not known any more");

/** Within an hour, as far as is known. @param {string} hour */
function lastly(hour) {
  const start = Date.parse(hour);
  return Date.now() - start < DAY ? `${minutes(start)}–${minutes(start + HOUR)}` : day(hour);
}
