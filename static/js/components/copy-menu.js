/** Take an event along: as JSON, as a request, as Python, as a link. */

import { useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { toEvent } from "../links.js";
import { Icon } from "./icon.js";
import { Popup } from "./popup.js";

const SAID_MS = 1200;

/** @param {{event: import("../events.js").Event}} props */
export function CopyMenu({ event }) {
  const [said, setSaid] = useState("");
  /** @param {string} text */
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("The browser refused");
    }
    setTimeout(() => setSaid(""), SAID_MS);
  };
  /** @type {[string, () => string][]} */
  const ways = [
    ["JSON", () => JSON.stringify(event, null, 2)],
    ["curl", () => curlOf(event)],
    ["Python", () => pythonOf(event)],
    ["Link", () => location.origin + toEvent(event.eventId, event.at)],
  ];
  return html`<${Popup} name="" button="btn quiet tiny" label=${html`<${Icon} name="copy" size=${14} /><span aria-live="polite">${said || "Copy"}</span>`}>
    ${(/** @type {() => void} */ close) => ways.map(([name, text]) => html`<button type="button" role="menuitem" class="item" key=${name}
      onClick=${() => { void copy(text()); close(); }}>as ${name === "Link" ? "link" : name}</button>`)}
  <//>`;
}

/** @param {import("../events.js").Event} event */
const addressOfEvent = (event) => `${location.origin}/api/v1/events/${encodeURIComponent(event.eventId)}`;

/** @param {import("../events.js").Event} event */
export const curlOf = (event) => `curl -H "X-API-Key: $LYNEX_API_KEY" '${addressOfEvent(event).replaceAll("'", "%27")}'`;

/** @param {import("../events.js").Event} event */
export const pythonOf = (event) => `import json, os, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(addressOfEvent(event))},
    headers={"X-API-Key": os.environ["LYNEX_API_KEY"]},
)
event = json.load(urllib.request.urlopen(request))
`;
