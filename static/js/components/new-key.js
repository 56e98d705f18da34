/** A new key: what it may do; then its secret, once. */

import { useLayoutEffect, useRef, useState } from "../../vendor/hooks.js";
import { send } from "../api.js";
import { html } from "../html.js";
import { Choices, TextField } from "./form.js";
import { ToCopy } from "./copy-button.js";

/** @type {readonly (readonly [string, string, string])[]} */
const SCOPES = [
  ["ingest", "Send", "events, by the API or OpenTelemetry; all an application needs"],
  ["read", "Read", "events, traces and figures of this project"],
  ["backfill", "Send old events", "past the retention; for imports"],
  ["admin", "Everything", "in this project: keys, settings, removing events"],
];

/** @param {{path: string, take: (key: import("./settings-keys.js").MadeKey) => void, leave: () => void}} props */
export function NewKey({ path, take, leave }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(["ingest"]);
  const [fault, setFault] = useState("");
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), []);
  /** @param {Event} event */
  const make = async (event) => {
    event.preventDefault();
    try {
      take(await send("POST", path, { name, scopes }));
    } catch (problem) {
      setFault(problem instanceof Error ? problem.message : String(problem));
    }
  };
  return html`<form class="column asked" ref=${form} onSubmit=${make} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Escape" && leave()}>
    <${TextField} label="Name" name="key" value=${name} onInput=${setName} fault=${fault} placeholder="checkout-service" hint="Who uses it: the application, the machine, the person." />
    <${Choices} title="It may" name="scope" kind="checkbox" chosen=${scopes} choices=${SCOPES}
      choose=${(/** @type {string} */ scope, /** @type {boolean} */ is) => setScopes(is ? [...scopes, scope] : scopes.filter((one) => one !== scope))} />
    <p class="ways"><button class="btn solid" disabled=${!name.trim() || !scopes.length}>Make the key</button> <button type="button" class="btn quiet" onClick=${leave}>Cancel</button></p>
  </form>`;
}

/** @param {{made: import("./settings-keys.js").MadeKey, done: () => void}} props */
export function KeyMade({ made, done }) {
  const whole = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => whole.current?.querySelector("button")?.focus(), []);
  return html`<div class="asked made" ref=${whole} role="status"><h3>The key “${made.name}”</h3>
    <${ToCopy} text=${made.secret} name="the key" />
    <p>Copy it now: <b>it cannot be shown again.</b> Lynex keeps only a hash of it.</p>
    <p class="ways"><button type="button" class="btn" onClick=${done}>I have it</button></p></div>`;
}
