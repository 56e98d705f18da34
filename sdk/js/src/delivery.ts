/** Brings events to the server: in batches, again and again, never in the host's way. */

import { Unsendable, type Captured, type Envelope } from "./envelope.js";
import type { Settings } from "./settings.js";
import type { Tally } from "./tally.js";
import { KEEPALIVE_BYTES, type Answer, type Transport } from "./transport.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 10_000;
const SAME_WARNING_AFTER = 60_000;

type Batch = { text: string; captured: Captured }[];
type Timer = ReturnType<typeof setTimeout>;

export class Delivery {
  private buffer: Captured[] = [];
  private size = 0;
  private timer: Timer | undefined;
  private running: Promise<void> | undefined;
  private onWire = 0;
  private giveUpAt = Infinity;
  private hurried = 0;
  private wake: (() => void) | undefined;
  private readonly warned = new Map<string, number>();

  constructor(
    private readonly settings: Settings,
    private readonly envelope: Envelope,
    private readonly transport: Transport,
    private readonly tally: Tally,
    private readonly warn: (text: string) => void,
  ) {}

  get waiting(): number {
    return this.buffer.length + this.onWire;
  }

  /** False when the buffer is full. */
  put(event: Captured): boolean {
    const { settings } = this;
    if (this.buffer.length >= settings.maxBufferEvents || this.size + event.size > settings.maxBufferBytes) return false;
    this.buffer.push(event);
    this.size += event.size;
    if (this.buffer.length >= settings.flushEvents || this.size >= settings.flushBytes) this.start();
    else this.schedule();
    return true;
  }

  /** True when everything captured so far was sent or dropped within `timeout` ms. */
  async flush(timeout: number): Promise<boolean> {
    this.hurried += 1;
    this.wake?.();
    this.start();
    let timer: Timer | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), timeout);
    });
    try {
      return await Promise.race([late, this.drained()]);
    } finally {
      clearTimeout(timer);
      this.hurried -= 1;
    }
  }

  private async drained(): Promise<boolean> {
    while (this.waiting > 0 && Date.now() < this.giveUpAt) {
      this.start();
      await this.running;
      if (this.waiting > 0) await this.sleep(100);
    }
    return this.waiting === 0;
  }

  async stop(timeout: number): Promise<boolean> {
    this.giveUpAt = Date.now() + timeout;
    const done = await this.flush(timeout);
    clearTimeout(this.timer);
    const left = this.take(Infinity, Infinity);
    if (left.length) this.drop(left.length, "shutdown", "the host ended before the server could be reached");
    return done;
  }

  /** At page hide: everything that fits is handed to the browser, which sends it when the page is gone. */
  handOver(): void {
    while (this.buffer.length) {
      const batch = this.sealed(this.take(this.settings.flushEvents, KEEPALIVE_BYTES / 2));
      if (!batch.length) continue;
      if (this.transport.sendLast(batch.map((one) => one.text))) this.tally.sent += batch.length;
      else this.drop(batch.length, "page_hidden", "the browser did not take them");
    }
  }

  private schedule(): void {
    if (this.timer !== undefined || this.running) return;
    this.timer = setTimeout(() => this.start(), this.settings.flushInterval);
    unref(this.timer);
  }

  private start(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.running || !this.buffer.length) return;
    this.running = this.run().finally(() => {
      this.running = undefined;
      if (this.buffer.length) this.schedule();
    });
  }

  private async run(): Promise<void> {
    while (this.buffer.length && Date.now() < this.giveUpAt) {
      const taken = this.take(this.settings.flushEvents, this.settings.flushBytes);
      this.onWire = taken.length;
      try {
        const batch = this.sealed(taken);
        this.onWire = batch.length;
        if (batch.length && !(await this.send(batch))) return;
      } finally {
        this.onWire = 0;
      }
      if (!this.hurried && this.buffer.length < this.settings.flushEvents) return;
    }
  }

  private take(most: number, mostSize: number): Captured[] {
    let count = 0;
    let size = 0;
    for (const event of this.buffer) {
      if (count >= most || (count > 0 && size + event.size > mostSize)) break;
      size += event.size;
      count += 1;
    }
    this.size -= size;
    return this.buffer.splice(0, count);
  }

  private sealed(taken: readonly Captured[]): Batch {
    const batch: Batch = [];
    for (const captured of taken) {
      try {
        batch.push({ text: this.envelope.seal(captured), captured });
      } catch (fault) {
        const reason = fault instanceof Unsendable ? fault.reason : "internal";
        this.tally.drop(reason);
        const words = fault instanceof Error ? fault.message : String(fault);
        if (words) this.say(reason, `an event (${captured.type}) was dropped: ${words}`);
      }
    }
    return batch;
  }

  /** False when the batch went back to the buffer: the next flush tries again. */
  private async send(batch: Batch): Promise<boolean> {
    for (let tries = 0; ; tries += 1) {
      const answer = await this.transport.send(
        batch.map((one) => one.text),
        this.giveUpAt - Date.now(),
      );
      if (this.settings.debug) console.debug(`lynex: ${batch.length} events: ${answer.kind} ${answer.reason}`);
      if (answer.kind !== "retry") return this.settle(batch, answer);
      this.say("unreachable", `${answer.reason}. Events wait and are sent again.`);
      if (tries >= this.settings.maxRetries || Date.now() >= this.giveUpAt) {
        this.putBack(batch);
        return false;
      }
      this.tally.retried += batch.length;
      const doubled = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
      await this.sleep(answer.wait ?? doubled * (0.5 + Math.random() / 2));
    }
  }

  private async settle(batch: Batch, answer: Answer): Promise<boolean> {
    if (answer.kind === "sent") {
      this.tally.sent += batch.length;
      return true;
    }
    if (answer.kind === "too_large" && batch.length > 1) {
      const middle = batch.length >> 1;
      if (await this.send(batch.slice(0, middle))) return this.send(batch.slice(middle));
      this.putBack(batch.slice(middle));
      return false;
    }
    if (answer.kind === "refused" && answer.faults?.size) {
      const faults = answer.faults;
      const rest = batch.filter((_, index) => !faults.has(index));
      this.drop(batch.length - rest.length, "refused", [...faults.values()].join("; "));
      if (rest.length === batch.length) return true;
      this.tally.retried += rest.length;
      return rest.length ? this.send(rest) : true;
    }
    const reason = answer.kind === "too_large" || answer.kind === "denied" ? answer.kind : "refused";
    this.drop(batch.length, reason, answer.reason);
    return true;
  }

  /** To the front, as far as there is room; the newest of it gives way. */
  private putBack(batch: Batch): void {
    const { maxBufferEvents, maxBufferBytes } = this.settings;
    const kept: Captured[] = [];
    for (const { captured } of batch) {
      if (this.buffer.length + kept.length >= maxBufferEvents || this.size + captured.size > maxBufferBytes) break;
      kept.push(captured);
      this.size += captured.size;
    }
    this.buffer.unshift(...kept);
    if (kept.length < batch.length) this.drop(batch.length - kept.length, "buffer_full", "the server is away");
  }

  private drop(count: number, reason: string, said: string): void {
    this.tally.drop(reason, count);
    this.say(reason, `${count} events were dropped: ${said}`);
  }

  /** Shorter while somebody waits in `flush`. */
  private sleep(milliseconds: number): Promise<void> {
    const wait = Math.min(this.hurried ? Math.min(milliseconds, 250) : milliseconds, Math.max(0, this.giveUpAt - Date.now()));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      if (!this.hurried) unref(timer);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Once a minute for each kind of fault. */
  private say(kind: string, text: string): void {
    const now = Date.now();
    if (now - (this.warned.get(kind) ?? -Infinity) < SAME_WARNING_AFTER) return;
    this.warned.set(kind, now);
    this.warn(text);
  }
}

/** A timer of ours never keeps a process alive. */
function unref(timer: Timer): void {
  (timer as { unref?: () => void }).unref?.();
}
