/** The turns of a session in short, beside them: first words, when, what each cost of the whole. */

import { count, duration } from "../format.js";
import { html } from "../html.js";
import { dollars } from "../money.js";
import { linkHere } from "../router.js";
import { idOfTurn } from "../session-list.js";
import { clock } from "../time.js";
import { Glyph } from "./icon.js";

/** @param {{turns: import("../session-list.js").Turn[], total: number, here: number, choose: (row: number) => void}} props */
export function TurnOutline({ turns, total, here, choose }) {
  const dearest = Math.max(0, ...turns.map((turn) => turn.cost_usd ?? 0));
  return html`<nav class="outline" aria-label="Turns"><ol>${turns.map((turn, row) => html`<li key=${idOfTurn(turn)}>
      <a class="plain" href=${linkHere({ turn: idOfTurn(turn) })} aria-current=${row === here ? "true" : undefined} onClick=${(/** @type {MouseEvent} */ click) => {
        if (click.metaKey || click.ctrlKey || click.shiftKey) return;
        click.preventDefault();
        choose(row);
      }}>
        <span class="num dim">${row + 1}</span><${Glyph} type=${turn.type} failed=${turn.errors > 0} /><span class="cut">${turn.input?.text.slice(0, 90) ?? turn.name ?? turn.type}</span>
        <span class="dim small when">${clock(turn.start)} · ${duration(turn.duration_ms)}</span><span class="num dim small">${turn.requests ? dollars(turn.cost_usd) : ""}</span>
        <i class="track" aria-hidden="true"><i style=${{ width: `${dearest > 0 ? ((turn.cost_usd ?? 0) / dearest) * 100 : 0}%` }}></i></i></a></li>`)}</ol>
    ${total > turns.length && html`<p class="dim small">${count(total - turns.length)} more below</p>`}</nav>`;
}
