/** From when to when: the usual ranges in one click, any other by two moments. */

import { useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { address, amend } from "../router.js";
import { span } from "../state.js";
import { DEFAULT_RANGE, NAMED, rangeWords, spanOf, ZONE } from "../time.js";
import { Icon } from "./icon.js";
import { Popup } from "./popup.js";

const AT_HAND = ["1h", "24h", "7d", "30d"];

/** @param {string} name */
const choose = (name) => amend({ range: name === DEFAULT_RANGE ? null : name, from: null, to: null });

/** Everything on the page to this stretch, as after a drag over a chart. @param {number} from @param {number} to */
export const zoomTo = (from, to) => amend({ range: null, from: new Date(from).toISOString(), to: new Date(to).toISOString() });

export function RangePicker() {
  const now = span.value;
  return html`
    <div class="seg wide" role="group" aria-label="Range">
      ${NAMED.filter(([name]) => AT_HAND.includes(name)).map(([name, short, words]) => html`<button type="button" key=${name} title=${words}
        aria-pressed=${now.name === name ? "true" : "false"} onClick=${() => choose(name)}>${short}</button>`)}
    </div>
    <${Popup} class="range" role="dialog" name=${`Range: ${rangeWords(now)}`} label=${html`<${Icon} name="clock" size=${14} /><span class="cut">${rangeWords(now)}</span>`}>
      ${(/** @type {() => void} */ close) => html`<${Moments} close=${close} />`}
    <//>`;
}

/** @param {{close: () => void}} props */
function Moments({ close }) {
  const now = spanOf(address.value.query);
  const [from, setFrom] = useState(local(now.from));
  const [to, setTo] = useState(local(now.to));
  const isWrong = !(Date.parse(from) < Date.parse(to));
  /** @param {Event} event */
  const apply = (event) => {
    event.preventDefault();
    if (isWrong) return;
    zoomTo(Date.parse(from), Date.parse(to));
    close();
  };
  return html`
    ${NAMED.map(([name, , words]) => html`<button type="button" class="item" key=${name} aria-checked=${now.name === name ? "true" : "false"} role="menuitemradio"
      onClick=${() => { choose(name); close(); }}>${words}</button>`)}
    <form class="moments" onSubmit=${apply}>
      <label>From <input type="datetime-local" step="1" value=${from} onInput=${(/** @type {any} */ event) => setFrom(event.target.value)} required /></label>
      <label>To <input type="datetime-local" step="1" value=${to} onInput=${(/** @type {any} */ event) => setTo(event.target.value)} required /></label>
      ${isWrong && html`<p class="bad small" role="alert">The end must be after the start.</p>`}
      <div><span class="dim small">${ZONE}</span><span class="grow"></span><button class="btn solid">Show</button></div>
    </form>`;
}

/** What an input of type datetime-local takes. @param {number} moment */
function local(moment) {
  const at = new Date(moment);
  return new Date(moment - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
