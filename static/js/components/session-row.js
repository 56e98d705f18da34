/** One session as one line, on a phone as two: what the user began with, how it went, what it took. */

import { count, duration, exact, plural, shortened, tokens } from "../format.js";
import { html } from "../html.js";
import { toEvents, toSession } from "../links.js";
import { dollars } from "../money.js";
import { clock, day, everyWay } from "../time.js";
import { Glyph } from "./icon.js";

/** @type {readonly import("./sort-head.js").Column[]} */
export const COLUMNS = [
  { title: "Session", look: "sp" }, { title: "Last seen", look: "sl", sort: "last_seen" }, { title: "Turns", look: "num st", sort: "turns" },
  { title: "Length", look: "num sd", sort: "duration_ms" }, { title: "Failures", look: "num sf", sort: "errors" }, { title: "Models", look: "sm" },
  { title: "Tokens", look: "num sk", sort: "total_tokens" }, { title: "Cost", look: "num sc", sort: "cost_usd" }, { title: "User", look: "su" },
];

/** @param {{session: import("../session-list.js").SessionItem} & import("./row-list.js").Place} props */
export function SessionRow({ session, row, top, isHere, press }) {
  const { session_id: id, errors, users, models } = session;
  const seen = day(session.last_seen);
  return html`<div class="xr" role="row" aria-rowindex=${row + 2} data-row=${row} tabindex=${isHere ? 0 : -1} style=${{ top: `${top}px` }} onClick=${press}>
    <span class="sp" role="cell">${errors ? html`<${Glyph} type="error" failed />` : html`<i class="slot"></i>`}<a class="plain cut" tabindex="-1" href=${toSession(id)} title=${id}>${session.preview
      ? session.preview.replace(/\s+/g, " ") : html`<span class="soft">${shortened(id)}</span>`}</a></span>
    <time class="sl" role="cell" datetime=${session.last_seen} title=${everyWay(session.last_seen)}>${seen.startsWith("today") ? "" : html`<span class="ms">${seen} </span>`}${clock(session.last_seen)}</time>
    <span class="num st" role="cell" title=${plural(session.events, "event")}>${count(session.turns)}<span class="phone"> ${session.turns === 1 ? "turn" : "turns"}</span></span>
    <span class="num sd" role="cell">${duration(session.duration_ms)}</span>
    <span class=${`num sf${errors ? " bad" : ""}`} role="cell" title=${errors ? plural(errors, "failed event") : undefined}>${errors ? html`${count(errors)}<span class="phone"> failed</span>` : ""}</span>
    <span class="sm cut" role="cell" title=${models.join("\n")}>${models[0] ?? ""}${models.length > 1 && html` <span class="dim">+${models.length - 1}</span>`}</span>
    <span class="num sk" role="cell" title=${`${exact(session.total_tokens)} tokens`}>${session.total_tokens ? tokens(session.input_tokens, session.output_tokens) : ""}</span>
    <span class="num sc" role="cell">${session.cost_usd === null ? (session.requests ? html`<span title="The price of a model is not known">–</span>` : "") : dollars(session.cost_usd)}</span>
    <span class="su cut" role="cell" title=${users.join("\n")}>${users[0] && html`<a class="plain" tabindex="-1" href=${toEvents({ user_id: users[0] })}>${users[0]}</a>`}${users.length > 1 && html` <span class="dim">+${users.length - 1}</span>`}</span>
  </div>`;
}
