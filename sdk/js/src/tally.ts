/** What became of the events. `captured` = sent + dropped + waiting, always. */

export interface Stats {
  captured: number;
  sent: number;
  retried: number;
  dropped: { [reason: string]: number };
  waiting: number;
}

export class Tally {
  captured = 0;
  sent = 0;
  retried = 0;
  readonly dropped: { [reason: string]: number } = {};

  drop(reason: string, count = 1): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + count;
  }
}
