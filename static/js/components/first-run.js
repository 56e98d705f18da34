/** A project without events: a key, what to paste, and the first event as it arrives. */

import { useEffect, useState } from "../../vendor/hooks.js";
import { follow, send } from "../api.js";
import { useAnswer } from "../answers.js";
import { nameOf, noteOf } from "../events.js";
import { plural } from "../format.js";
import { html } from "../html.js";
import { toEvent, toTrace } from "../links.js";
import { linkTo } from "../router.js";
import { snippets } from "../snippets.js";
import { project } from "../state.js";
import { clock, day, everyWay } from "../time.js";
import { CopyButton, ToCopy } from "./copy-button.js";
import { Glyph } from "./icon.js";
import { Empty, Failed, Skeleton } from "./states.js";
import { sayFault } from "./toast.js";

/** @typedef {import("../events.js").Event} Event */

/** An empty range of a project that has events elsewhere, or the very beginning. @param {{hold: (is: boolean) => void}} props  `hold`: stay here even when events arrive */
export default function FirstRun({ hold }) {
  const newest = useAnswer("/events", { project_id: project.value?.id, from: "-36500d", limit: 1 });
  const [isBeginning, setBeginning] = useState(false);
  const isEmpty = newest.value?.items.length === 0;
  useEffect(() => {
    if (!isEmpty) return;
    setBeginning(true);
    hold(true);
  }, [isEmpty]);
  if (newest.fault) return html`<${Failed} fault=${newest.fault} again=${newest.again} />`;
  if (isBeginning) return html`<${Beginning} leave=${() => hold(false)} />`;
  const [event] = /** @type {Event[]} */ (newest.value?.items ?? []);
  if (!event) return html`<${Skeleton} lines=${6} />`;
  const around = new Date(Date.parse(event.at) - 86_400_000).toISOString();
  return html`<${Empty} title="No event in this range."><p>The newest of this project is from <b title=${everyWay(event.at)}>${day(event.at)}</b>.</p>
    <p class="ways"><a class="btn" href=${linkTo("/", { range: null, from: around, to: new Date(Date.parse(event.at) + 1000).toISOString() })}>Show the day before it</a></p><//>`;
}

/** @param {{leave: () => void}} props */
function Beginning({ leave }) {
  const [secret, setSecret] = useState("");
  const [first, setFirst] = useState(/** @type {Event | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  const id = project.value?.id;
  useEffect(() => follow("/live", { project_id: id }, {
    event: (event) => setFirst((before) => before ?? event),
    lagged: () => undefined,
    state: (is) => setOpen(is === "open"),
  }), [id]);
  return html`<div class="first">
    <h2>Send the first event to ${project.value?.name}</h2>
    <ol><li><${Key} secret=${secret} take=${setSecret} isLater=${first !== null} /></li><li><${Ways} secret=${secret} /></li>
      <li class="wait"><div role="status">${first ? html`<${Arrived} event=${first} leave=${leave} />` : html`<h3>See it arrive</h3>
        <p class="soft"><i class=${isOpen ? "open" : ""}></i>${isOpen ? "Listening: the event is shown here the moment it is stored." : "Connecting …"}</p>
        <p class="dim small">Nothing comes? <a href=${linkTo("/settings/receipts")}>Receipts</a> say what was refused and why. Or look around first: <code>lynex demo${project.value?.id === "proj_default" ? "" : ` --project ${project.value?.id}`}</code> tells a day of a made-up company.</p>`}</div></li></ol></div>`;
}

/** @param {{secret: string, take: (secret: string) => void, isLater: boolean}} props  `isLater`: an event came already */
function Key({ secret, take, isLater }) {
  const path = `/projects/${encodeURIComponent(project.value?.id ?? "")}/keys`;
  const keys = useAnswer(path);
  /** @type {{name: string, prefix: string, revoked_at: string | null}[]} */
  const live = (keys.value?.items ?? []).filter((/** @type {any} */ key) => !key.revoked_at);
  const make = () => send("POST", path, { name: "first steps", scopes: ["ingest"] }).then((made) => take(made.secret), (problem) => sayFault(problem, "No key was made"));
  if (secret) return html`<h3>Your key</h3><${ToCopy} text=${secret} name="the key" /><p class="soft">It may only send. It is in what you paste below, and <b>is not shown again</b> once you leave this page.</p>`;
  return html`<h3>Take a key</h3>
    <p class="soft">${live.length ? html`There ${live.length === 1 ? "is" : "are"} ${plural(live.length, "key")}: ${live.slice(0, 3).map(({ name, prefix }, index) => html`${index ? ", " : ""}<b>${name}</b> (<code>${prefix}…</code>)`)}. A secret is shown only when a key is made; take one you have, or make one for this page.`
      : "A key lets a program send to this project."}</p>
    <p class="ways"><button type="button" class=${`btn${live.length || isLater ? "" : " solid"}`} onClick=${make}>Make a key</button></p>`;
}

/** @param {{secret: string}} props */
function Ways({ secret }) {
  const [chosen, setChosen] = useState("curl");
  const all = snippets(location.origin, secret);
  const shown = all.find(({ id }) => id === chosen) ?? all[0];
  /** @param {KeyboardEvent} event */
  const step = (event) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const next = all[(all.findIndex(({ id }) => id === chosen) + by + all.length) % all.length];
    setChosen(next?.id ?? chosen);
    requestAnimationFrame(() => document.getElementById(`way-${next?.id}`)?.focus());
  };
  return html`<h3>Paste this</h3>
    <div class="tabs" role="tablist" aria-label="Ways to send" onKeyDown=${step}>${all.map(({ id, name }) => html`<button type="button" role="tab" key=${id} id=${`way-${id}`} aria-selected=${id === chosen ? "true" : "false"}
      aria-controls="way" tabindex=${id === chosen ? 0 : -1} onClick=${() => setChosen(id)}>${name}</button>`)}</div>
    ${shown && html`<div id="way" role="tabpanel" aria-labelledby=${`way-${shown.id}`}><p class="soft">${shown.where}${shown.install && html`, after <code>${shown.install}</code> <${CopyButton} text=${shown.install} name="the command" />`}</p>
      <${ToCopy} text=${shown.code} name=${shown.name} /><p class="small"><a href=${shown.guide}>More in the guide</a></p></div>`}`;
}

/** @param {{event: Event, leave: () => void}} props */
const Arrived = ({ event, leave }) => html`<h3>It is there</h3>
  <p class="arrived"><${Glyph} type=${event.type} failed=${event.body["status"] === "error"} /><b>${nameOf(event) || event.body["model"]?.request || event.type}</b> <span class="soft cut">${noteOf(event)}</span><time class="soft" title=${everyWay(event.at)}>${clock(event.at)}</time></p>
  <p class="ways"><button type="button" class="btn solid" onClick=${leave}>Show the Overview</button> <a class="btn" href=${toEvent(event.eventId, event.at)}>Open the event</a>
    ${event.context["trace_id"] && html` <a class="btn" href=${toTrace(event.context["trace_id"], event.eventId)}>Open its trace</a>`}</p>`;
