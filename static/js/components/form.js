/** Forms in one column: the label above, the fault below in a sentence that says what to write. */

import { html } from "../html.js";

/**
 * @param {{label: string, value: string, onInput: (value: string) => void, name: string, hint?: unknown, fault?: string, placeholder?: string}} props
 */
export const TextField = ({ label, value, onInput, name, hint, fault = "", placeholder = "" }) => html`<label class="ask">
  <span class="l">${label}</span>
  <span class=${`field${fault ? " wrong" : ""}`}><input name=${name} value=${value} placeholder=${placeholder} maxlength="100" autocomplete="off" spellcheck=${false}
    aria-invalid=${fault ? "true" : undefined} onInput=${(/** @type {Event} */ event) => onInput(/** @type {HTMLInputElement} */ (event.target).value)} /></span>
  ${fault ? html`<span class="say bad" role="alert">${fault}</span>` : hint && html`<span class="say soft">${hint}</span>`}</label>`;

/**
 * One of a few, or any of a few.
 * @param {{title: string, name: string, kind?: "radio" | "checkbox", chosen: readonly string[], choose: (value: string, is: boolean) => void, choices: readonly (readonly [string, string, string])[]}} props
 * `choices`: value, word, what it means
 */
export const Choices = ({ title, name, kind = "radio", chosen, choose, choices }) => html`<fieldset class="choices"><legend class="l">${title}</legend>
  ${choices.map(([value, word, meaning]) => html`<label key=${value}><input type=${kind} name=${name} value=${value} checked=${chosen.includes(value)}
    onChange=${(/** @type {Event} */ event) => choose(value, /** @type {HTMLInputElement} */ (event.target).checked)} /><span><b>${word}</b>${meaning && html` <span class="soft">${meaning}</span>`}</span></label>`)}</fieldset>`;
