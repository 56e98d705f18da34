/** Releases that began in the range, as dashed lines through a chart over time; a name opens what that release did. */

import { useAnswer } from "../answers.js";
import { html } from "../html.js";
import { toEvents } from "../links.js";
import { asked } from "../state.js";
import { dayAndMinutes } from "../time.js";

const ROOM = 0.09; // of the width: names closer than that would cover each other

/** @param {{start: number, end: number}} props  of the chart, in ms */
export function ReleaseMarks({ start, end }) {
  const { value } = useAnswer("/stats/releases", asked.value, { isLive: true });
  /** @type {{release: string, at: number, share: number}[]} */
  const marks = (value?.items ?? []).map((/** @type {any} */ { release, first_seen }) => ({ release, at: Date.parse(first_seen), share: (Date.parse(first_seen) - start) / (end - start || 1) }))
    .filter((/** @type {{share: number}} */ { share }) => share >= 0 && share <= 1);
  return html`<div class="release-marks">${marks.map(({ release, at, share }, index) => html`<div key=${release} class=${share > 0.5 ? "before" : ""} style=${{ left: `${share * 100}%` }}>
    ${(marks[index + 1]?.share ?? 2) - share > ROOM && html`<a class="plain cut" href=${toEvents({ release })} title=${`Release ${release}, first seen ${dayAndMinutes(at)}`}>${release}</a>`}</div>`)}</div>`;
}
