/** The traces of a filter. */

import { CursorList } from "./cursor-list.js";

/**
 * @typedef {{trace_id: string, name: string | null, type: string, start: string, end: string, duration_ms: number, status: string, events: number,
 *   errors: number, requests: number, models: string[], input_tokens: number, output_tokens: number, total_tokens: number, cost_usd: number | null,
 *   is_promoted: boolean, session_id: string | null, user_id: string | null, environment: string | null, release: string | null, tags: string[],
 *   bars?: [number, number, string, boolean][]}} TraceItem
 * `bars`: the longest spans: start and length in thousandths of the trace, type, whether it failed
 */

const BARS = 24;

/** @extends {CursorList<TraceItem>} */
export class TraceList extends CursorList {
  /** @param {import("./api.js").Params} params  of /traces */
  constructor(params) {
    super("/traces", ({ trace_id: id }) => id, { ...params, bars: BARS });
  }
}
