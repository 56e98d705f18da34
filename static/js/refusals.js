/** Why something was refused, by the code of the problem: in words, and what to do. A code without words is shown as it is. */

/** @type {Readonly<Record<string, readonly [string, string]>>} */
const WORDS = {
  missing_credentials: ["no key was sent", "Send the header X-API-Key."],
  invalid_key: ["the key is wrong or was revoked", "Check that the sender has a key from this page, copied whole."],
  missing_scope: ["the key may not send", "Make a key that may send, or use another one."],
  ambiguous_credentials: ["two different keys were sent", "Send X-API-Key or Authorization, not both."],
  cross_site_request: ["a page of another site sent it", "List its origin in ingest.cors_origins."],
  project_mismatch: ["the event names another project than its key", "Leave projectId out: the key names the project."],
  invalid_json: ["it was no JSON", "The answer names the place."],
  empty_body: ["it was empty", "Send one event, or a batch."],
  invalid_input: ["a field was wrong", "The answer names every field and fault."],
  unknown_type: ["the type of event is not known", "The guide lists the eleven types."],
  wrong_type: ["a field had the wrong kind of value", "The answer names every field and fault."],
  missing: ["a needed field was missing", "The answer names it."],
  invalid_identifier: ["an id had characters that ids cannot have", "Ids are made of A–Z a–z 0–9 . _ : -"],
  invalid_timestamp: ["a time could not be read", "Write times as 2026-11-20T12:00:00.123Z."],
  older_than_retention: ["events were older than what is kept", "Use a key that may send old events, or raise retention.days."],
  batch_too_large: ["there were too many events in one batch", "Send at most ingest.max_batch_events at a time."],
  event_too_large: ["an event was too large", "Send less content, or raise ingest.max_event_bytes."],
  request_too_large: ["the request was too large", "Send fewer events at a time, or compress with gzip."],
  expanded_too_large: ["it was too large after decompression", "Send fewer events at a time."],
  too_complex: ["an event was nested too deeply or had too many keys", "The answer says which."],
  unsupported_media_type: ["it was not sent as JSON or protobuf", "Set the header Content-Type."],
  unsupported_encoding: ["its compression is not known", "Compress with gzip, once, or not at all."],
  invalid_gzip: ["its gzip was broken", "Look at what compresses on the way."],
  invalid_protobuf: ["it was no OTLP", "Look at the exporter's protocol: http/protobuf or http/json."],
  nothing_to_keep: ["nothing of it could be kept", "The answer names what was wrong with each record."],
  otlp_record: ["records of OpenTelemetry without a proper id or time", "The exporter was told which, in partial_success."],
  langfuse_piece: ["pieces of a Langfuse batch that make no event", "The answer says why, for each of them."],
  rate_limited: ["more events a second than the limit", "Senders wait and send again; raise ingest.rate_limit if that is too little."],
  journal_full: ["the journal was full", "Free disk space; senders send again."],
  storage_full: ["the disk was full", "Free disk space; senders send again."],
  storage_error: ["the disk refused a write", "Look at the server's log; senders send again."],
  storage_stalled: ["the disk did not answer", "Look at the server's log; senders send again."],
  overloaded: ["too many large requests at once", "Senders send again by themselves."],
  shutting_down: ["Lynex was stopping", "Senders send again by themselves."],
  request_timeout: ["the request took too long to arrive", "Look at the network between sender and server."],
  project_not_found: ["the project is not known", "Look at the projects under Settings."],
};

/** @param {string} code @returns {readonly [string, string]} */
export const refusalWords = (code) => WORDS[code] ?? [code.replaceAll("_", " "), "The answer to the sender says more; /metrics counts it."];
