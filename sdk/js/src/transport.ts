/** One batch over HTTP, and what the answer means for it. */

export interface Answer {
  kind: "sent" | "refused" | "too_large" | "denied" | "retry" | "dropped";
  reason: string;
  /** Milliseconds the server asks for. */
  wait?: number;
  /** What is wrong with the events, by index. */
  faults?: Map<number, string>;
}

const LONGEST_WAIT = 300_000;
/** What browsers allow for requests that outlive their page, together. */
export const KEEPALIVE_BYTES = 60_000;

export class Transport {
  constructor(
    private readonly endpoint: string,
    private readonly apiKey: string,
    private readonly timeout: number,
  ) {}

  /** Never throws. `events` are JSON texts. */
  async send(events: readonly string[], timeout = this.timeout): Promise<Answer> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), Math.max(50, Math.min(timeout, this.timeout)));
    try {
      const response = await fetch(`${this.endpoint}/api/v1/events/batch`, {
        method: "POST",
        headers: this.headers(),
        body: `{"events":[${events.join(",")}]}`,
        redirect: "error",
        signal: controller.signal,
      });
      const text = await response.text();
      return understood(response.status, response.headers.get("retry-after"), text);
    } catch (fault) {
      return { kind: "retry", reason: `cannot reach ${this.endpoint}: ${String(fault)}` };
    } finally {
      clearTimeout(timer);
    }
  }

  /** At page hide: handed to the browser, which sends it when the page is gone. True when it took it. */
  sendLast(events: readonly string[]): boolean {
    const body = `{"apiKey":${JSON.stringify(this.apiKey)},"events":[${events.join(",")}]}`;
    const navigator = globalThis.navigator as Navigator | undefined;
    if (navigator && typeof navigator.sendBeacon === "function") {
      const blob = new Blob([body], { type: "text/plain" }); // the one type that needs no preflight
      if (navigator.sendBeacon(`${this.endpoint}/api/v1/events/beacon`, blob)) return true;
    }
    void fetch(`${this.endpoint}/api/v1/events/batch`, {
      method: "POST",
      headers: this.headers(),
      body: `{"events":[${events.join(",")}]}`,
      keepalive: true,
    }).catch(() => undefined);
    return true;
  }

  private headers(): { [name: string]: string } {
    return { "content-type": "application/json", "x-api-key": this.apiKey };
  }
}

/** What an answer says about the batch. */
export function understood(status: number, retryAfter: string | null, text: string): Answer {
  if (status === 200 || status === 202) return { kind: "sent", reason: "" };
  const problem = parsed(text);
  const reason = `${status}: ${String(problem["detail"] ?? problem["title"] ?? "no reason given")}`;
  if (status === 422) {
    const faults = faultsOf(problem);
    return faults.size ? { kind: "refused", reason, faults } : { kind: "dropped", reason };
  }
  if (status === 413) return { kind: "too_large", reason };
  if (status === 401 || status === 403) return { kind: "denied", reason };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return { kind: "retry", reason, wait: waitOf(retryAfter) };
  }
  return { kind: "dropped", reason };
}

function parsed(text: string): { [name: string]: unknown } {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as { [name: string]: unknown }) : {};
  } catch {
    return {};
  }
}

function faultsOf(problem: { [name: string]: unknown }): Map<number, string> {
  const faults = new Map<number, string>();
  const errors = Array.isArray(problem["errors"]) ? (problem["errors"] as { [name: string]: unknown }[]) : [];
  for (const one of errors) {
    const index = one["index"];
    if (typeof index === "number" && !faults.has(index)) faults.set(index, `${String(one["field"])}: ${String(one["message"])}`);
  }
  return faults;
}

function waitOf(retryAfter: string | null): number | undefined {
  if (!retryAfter) return undefined;
  const seconds = Number(retryAfter);
  const wait = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_WAIT);
}
