// Questions that come faster than answers, as from a slider: one is under way, and of those that wait only the latest is asked.

/** After so many milliseconds an answer that is no longer asked for is given up. */
const PATIENCE = 250;

/** Asks one question at a time. */
export class Latest<Question> {
  private next: { readonly question: Question } | null = null;
  private under: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;

  /** `send` asks and takes the answer, or says what went wrong; given up, `signal` is aborted and another question follows. */
  constructor(private readonly send: (question: Question, signal: AbortSignal) => Promise<void>) {}

  /** Whether another question is asked after the one under way. */
  get waiting(): boolean {
    return this.next !== null;
  }

  /** Asks at once, or as soon as what is under way is answered or given up. */
  ask(question: Question): void {
    this.next = { question };
    if (!this.under) void this.run();
    else this.timer ??= setTimeout(() => this.under?.abort(), Math.max(0, this.since + PATIENCE - performance.now()));
  }

  /** Gives up what is under way and what waits. */
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
