/** The sessions of a filter, and the turns of one. */

import { CursorList } from "./cursor-list.js";

const TURNS = 30; // at once: each may hold pages of text

/**
 * @typedef {{session_id: string, first_seen: string, last_seen: string, duration_ms: number, turns: number, traces: number, events: number, errors: number,
 *   requests: number, input_tokens: number, output_tokens: number, total_tokens: number, cost_usd: number | null, users: string[], models: string[],
 *   environment: string | null, preview: string | null}} SessionItem
 */
/** @typedef {{event_id: string, text: string, is_cut: boolean}} Said */
/** @typedef {{event_id: string, name: string | null, status: string, duration_ms: number | null, arguments: string | null, result: string | null, start: string}} TurnTool */
/** @typedef {{event_id: string, name: string | null, type: string | null, message: string | null, start: string}} TurnFailure */
/**
 * @typedef {Omit<import("./trace-list.js").TraceItem, "trace_id"> & {trace_id: string | null, root_event_id: string | null, input: Said | null, output: Said | null,
 *   tool_calls: TurnTool[], failures: TurnFailure[]}} Turn
 */

/** @extends {CursorList<SessionItem>} */
export class SessionList extends CursorList {
  /** @param {import("./api.js").Params} params  of /sessions */
  constructor(params) {
    super("/sessions", ({ session_id: id }) => id, params);
  }
}

/** What a turn is told apart by, in a link too: its trace, or the event it is. @param {Turn} turn */
export const idOfTurn = (turn) => turn.trace_id ?? turn.root_event_id ?? turn.output?.event_id ?? turn.input?.event_id ?? turn.start;

/** In order of time: what is new comes last. @extends {CursorList<Turn>} */
export class Talk extends CursorList {
  /** @param {string} sessionId @param {import("./api.js").Params} params */
  constructor(sessionId, params) {
    super(`/sessions/${encodeURIComponent(sessionId)}`, idOfTurn, params, TURNS);
  }

  /** @returns {SessionItem | undefined} */
  get session() {
    return this.told["session"];
  }

  /** @override */
  refresh() {
    return this.refreshEnd();
  }
}
