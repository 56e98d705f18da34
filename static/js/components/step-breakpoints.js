/** Breakpoints of the project: where the player stops, on which steps of this trace they hold, and a line to write another. */

import { useRef, useState } from "../../vendor/hooks.js";
import { readCondition } from "../breakpoints.js";
import { html } from "../html.js";
import { Icon } from "./icon.js";

/** `hits`: indices of steps. `isWhole`: every step could be asked. @typedef {{id: string, text: string, isOn: boolean, hits: number[], isWhole: boolean, fault: string}} Breakpoint */

const MOST_HITS = 6;

/**
 * @param {{breakpoints: Breakpoint[] | undefined, fault: Error | null, here: number, proposed: string[], toStep: (index: number) => string,
 *   draft: string | null, setDraft: (draft: string | null) => void, add: (text: string) => Promise<void>, change: (id: string, isOn: boolean) => void, remove: (id: string) => void}} props
 */
export function StepBreakpoints({ breakpoints, fault, here, proposed, toStep, draft, setDraft, add, change, remove }) {
  return html`<section class="breaks"><header class="h"><h3>Breakpoints</h3>
      ${draft === null && html`<button type="button" class="btn quiet tiny" onClick=${() => setDraft(proposed[0] ?? "")}><${Icon} name="plus" size=${12} />Add <kbd>b</kbd></button>`}</header>
    ${draft !== null && html`<${Draft} draft=${draft} proposed=${proposed} add=${add} close=${() => setDraft(null)} />`}
    ${fault && html`<p class="bad small" role="alert">${fault.message}</p>`}
    ${breakpoints?.length === 0 && draft === null && html`<p class="dim teach">Play stops where a breakpoint holds. For example <code>${proposed[0] ?? "error"}</code>. They are kept with the project. <a href="/guide/steps.html">What can be written</a></p>`}
    <ul class="bl">${breakpoints?.map((one) => html`<${Row} key=${one.id} one=${one} here=${here} toStep=${toStep} change=${change} remove=${remove} />`)}</ul></section>`;
}

/** @param {{one: Breakpoint, here: number, toStep: (index: number) => string, change: (id: string, isOn: boolean) => void, remove: (id: string) => void}} props */
function Row({ one, here, toStep, change, remove }) {
  const { id, text, isOn, hits, isWhole, fault } = one;
  const passed = hits.filter((hit) => hit < here).length;
  const first = Math.max(0, Math.min(passed - 2, hits.length - MOST_HITS));
  const told = fault ? html`<span class="bad">not understood</span>` : !isOn ? html`<span class="dim">off</span>`
    : hits.length ? html`${first > 0 && "… "}${hits.slice(first, first + MOST_HITS).map((hit, at) => html`${at > 0 && ", "}<a class="plain" href=${toStep(hit)} aria-current=${hit === here ? "step" : undefined}>${hit + 1}</a>`)}${hits.length > first + MOST_HITS && " …"}${!isWhole && " …"}`
    : html`<span class="dim">${isWhole ? "nowhere here" : "…"}</span>`;
  return html`<li class=${isOn ? "" : "asleep"}><button type="button" class="bk" role="switch" aria-checked=${isOn ? "true" : "false"} aria-label=${text} title=${isOn ? "Switch it off" : "Switch it on"} onClick=${() => change(id, !isOn)}><${Icon} name="break" size=${12} /></button>
    <code class="cut grow" title=${fault || text}>${text}</code><span class="num">${told}</span>
    <button type="button" class="gone" aria-label=${`Remove ${text}`} title="Remove" onClick=${() => remove(id)}><${Icon} name="x" size=${12} /></button></li>`;
}

/** @param {{draft: string, proposed: string[], add: (text: string) => Promise<void>, close: () => void}} props */
function Draft({ draft, proposed, add, close }) {
  const [text, setText] = useState(draft);
  const [fault, setFault] = useState("");
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const isShown = useRef(false);
  /** @param {HTMLInputElement | null} element */
  const show = (element) => {
    input.current = element;
    if (element && !isShown.current) {
      element.focus();
      element.select();
    }
    isShown.current = element !== null;
  };
  /** @param {string} wanted */
  const keep = async (wanted) => {
    try {
      readCondition(wanted);
      await add(wanted);
      close();
    } catch (problem) {
      setFault(/** @type {Error} */ (problem).message);
      input.current?.focus();
    }
  };
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    void keep(text.trim());
  };
  /** @param {KeyboardEvent} event */
  const keys = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  return html`<form class="draft" onSubmit=${submit} onKeyDown=${keys}>
    <div class=${`field${fault ? " fault" : ""}`}><input ref=${show} aria-label="Stop where" aria-invalid=${fault ? "true" : "false"} aria-describedby="draft-says" maxlength="300" spellcheck="false" autocomplete="off" value=${text} onInput=${(/** @type {Event} */ event) => { setText(/** @type {HTMLInputElement} */ (event.target).value); setFault(""); }} />
      <button class="btn quiet tiny">Add <kbd>↵</kbd></button></div>
    <p id="draft-says" class=${`small ${fault ? "bad" : "dim"}`}>${fault || "Conditions are joined by “and”."}</p>
    <div class="proposed">${proposed.map((one) => html`<button type="button" key=${one} class="held mono" onClick=${() => void keep(one)}>${one}</button>`)}</div></form>`;
}
