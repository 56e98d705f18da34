/** The events behind a tile of a dashboard: what its metric counts, under its filter. */

/** @param {import("./dashboards.js").Tile} tile @param {Record<string, string[]>} chosen @returns {import("./router.js").Changes} */
export function eventsOf(tile, chosen) {
  const what = tile.metric === "events" ? {} : { type: "model_response", ...(["errors", "error_rate"].includes(tile.metric) ? { status: "error" } : {}) };
  return { ...what, ...chosen };
}
