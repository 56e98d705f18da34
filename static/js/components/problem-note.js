/** What was decided about a problem, when and by whom, and the note for whoever looks next. */

import { useState } from "../../vendor/hooks.js";
import { html } from "../html.js";
import { day, everyWay } from "../time.js";

const LONGEST = 2000;

/** @param {{problem: import("../problems.js").Problem, save: (note: string) => void, ways?: unknown}} props  `ways`: to decide otherwise, where the bar has no room for them */
export function ProblemNote({ problem, save, ways }) {
  const [written, setWritten] = useState(/** @type {string | null} */ (null));
  const { changed_at: at, changed_by: by, note, reopened_at: again } = problem;
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    save(written ?? "");
    setWritten(null);
  };
  return html`<section class="note-of" aria-label="Decision"><header><h2>Decision</h2>
      ${written === null && html`<button type="button" class="btn quiet tiny" onClick=${() => setWritten(note ?? "")}>${note ? "Edit the note" : "Add a note"}</button>`}</header>
    ${at ? html`<p class="soft">${problem.state === "open" && !again ? "Left open" : again ? "Resolved" : problem.state === "ignored" ? "Ignored" : "Resolved"} <time title=${everyWay(at)}>${day(at)}</time>${by && html` <span class="dim">${authorOf(by)}</span>`}</p>`
      : html`<p class="dim">Nobody has decided about it.</p>`}
    ${again && html`<p class="warn">Seen again <time title=${everyWay(again)}>${day(again)}</time>.</p>`}
    ${written === null ? note && html`<p class="prose">${note}</p>`
      : html`<form onSubmit=${submit}><textarea rows="3" maxlength=${LONGEST} aria-label="Note" placeholder="For whoever looks next" value=${written} ref=${(/** @type {HTMLTextAreaElement | null} */ box) => box?.focus()}
          onInput=${(/** @type {any} */ event) => setWritten(event.target.value)} onKeyDown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") setWritten(null); if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event); }}></textarea>
        <div class="ways"><button class="btn tiny">Save</button><button type="button" class="btn tiny quiet" onClick=${() => setWritten(null)}>Cancel</button></div></form>`}
    ${ways}</section>`;
}

/** @param {string} id  of a key or a session, or "local" */
const authorOf = (id) => (id === "local" ? "at the server" : id.startsWith("key_") ? `by the key ${id}` : id.startsWith("sess_") ? "in a browser" : "");
