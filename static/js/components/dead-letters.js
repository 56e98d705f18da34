/** What was accepted and could not be stored: kept whole, with the reason, until somebody sends it in again. */

import { useState } from "../../vendor/hooks.js";
import { ask, send } from "../api.js";
import { useAnswer } from "../answers.js";
import { count, plural, shortened } from "../format.js";
import { html } from "../html.js";
import { project } from "../state.js";
import { day, everyWay } from "../time.js";
import { ToCopy } from "./copy-button.js";
import { Failed } from "./states.js";
import { say, sayFault } from "./toast.js";

/** @typedef {{seq: number, event_id: string, reason: string, error: string, attempts: number, bytes: number, created_at: string}} Letter */

const PAGE = 50;

/** Nothing is shown while there is nothing: that is the usual state. */
export function DeadLetters() {
  const params = { project_id: project.value?.id };
  const letters = useAnswer("/dead-letters", { ...params, replayed: "false", limit: PAGE }, { isLive: true });
  const [isBusy, setBusy] = useState(false);
  if (letters.fault) return html`<section class="part"><h2>Set aside</h2><${Failed} fault=${letters.fault} again=${letters.again} /></section>`;
  if (!letters.value?.items.length) return null;
  /** @type {Letter[]} */
  const items = letters.value.items;
  /** @param {readonly Letter[]} some */
  const replay = async (some) => {
    setBusy(true);
    let done = 0;
    try {
      for (const { seq } of some) {
        await send("POST", `/dead-letters/${seq}/replay`, undefined, params);
        done += 1;
      }
      say(`${plural(done, "event is", "events are")} sent in again.`);
    } catch (problem) {
      sayFault(problem, done ? `${count(done)} sent in again, then` : "Not sent in again");
    }
    setBusy(false);
    letters.again();
  };
  return html`<section class="part"><header class="row"><h2>Set aside</h2><span class="grow"></span>
      ${items.length > 1 && html`<button type="button" class="btn" disabled=${isBusy} onClick=${() => replay(items)}>Send ${letters.value.next ? `these ${count(items.length)}` : `all ${count(items.length)}`} in again</button>`}</header>
    <p class="soft said">These events were accepted and could not be stored. They are kept as they were sent. After the cause is gone, send them in again.</p>
    <ul class="letters">${items.map((letter) => html`<${OneLetter} key=${letter.seq} letter=${letter} params=${params} isBusy=${isBusy} replay=${() => replay([letter])} />`)}</ul></section>`;
}

/** @param {{letter: Letter, params: import("../api.js").Params, isBusy: boolean, replay: () => void}} props */
function OneLetter({ letter, params, isBusy, replay }) {
  const [payload, setPayload] = useState(/** @type {string | null} */ (null));
  const show = async () => {
    if (payload !== null) return setPayload(null);
    try {
      const whole = await ask(`/dead-letters/${letter.seq}`, params);
      setPayload(typeof whole.payload === "string" ? whole.payload : JSON.stringify(whole.payload, null, 2));
    } catch (problem) {
      sayFault(problem, "It cannot be shown");
    }
    return undefined;
  };
  return html`<li><div class="row"><b>${letter.reason.replaceAll("_", " ")}</b> <code class="dim" title=${letter.event_id}>${shortened(letter.event_id)}</code>
      <span class="soft" title=${everyWay(letter.created_at)}>${day(letter.created_at)}</span><span class="grow"></span>
      <button type="button" class="btn quiet tiny" aria-expanded=${payload === null ? "false" : "true"} onClick=${show}>${payload === null ? "Show" : "Hide"}</button>
      <button type="button" class="btn quiet tiny" disabled=${isBusy} onClick=${replay}>Send in again</button></div>
    <p class="soft">${letter.error}</p>${payload !== null && html`<${ToCopy} text=${payload} name="the event" />`}</li>`;
}
