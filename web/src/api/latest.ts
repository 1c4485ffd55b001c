// Requests that are made faster than they are answered, for instance by a slider: one runs at a time, and of those that
// wait only the latest is sent.

/** After this time in milliseconds, an outdated request is aborted. */
const PATIENCE = 250;

/** Runs one request at a time. */
export class Latest<Question> {
  private next: { readonly question: Question } | null = null;
  private under: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;

  /** `send` makes the request and handles its response or error. `signal` is aborted if the request is outdated. */
  constructor(private readonly send: (question: Question, signal: AbortSignal) => Promise<void>) {}

  /** Whether another request follows the running one. */
  get waiting(): boolean {
    return this.next !== null;
  }

  /** Sends the request now, or when the running one has ended. */
  ask(question: Question): void {
    this.next = { question };
    if (!this.under) void this.run();
    else this.timer ??= setTimeout(() => this.under?.abort(), Math.max(0, this.since + PATIENCE - performance.now()));
  }

  /** Aborts the running request and drops the waiting one. */
  stop(): void {
    this.next = null;
    this.under?.abort();
  }

  private async run(): Promise<void> {
    while (this.next) {
      const { question } = this.next;
      this.next = null;
      this.under = new AbortController();
      this.since = performance.now();
      await this.send(question, this.under.signal).catch(() => undefined);
      clearTimeout(this.timer);
      this.timer = undefined;
    }
    this.under = null;
  }
}
