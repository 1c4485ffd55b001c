// What a page must never do: log an error, throw, break its own policy, ask another host.

/** Watches everything that happens in a browser context; `faults` is what went wrong so far. */
export class Watch {
  faults = [];
  notes = [];
  #host;
  #allowed = [];

  static async over(context, url) {
    const watch = new Watch();
    watch.#host = new URL(url).host;
    await context.route(
      (asked) => /^(https?|wss?):$/.test(asked.protocol) && asked.host !== watch.#host,
      (route) => {
        watch.#fault(`asked another host: ${route.request().url()}`);
        return route.abort();
      },
    );
    context.on('console', (message) => {
      const text = `${message.text()} (${message.location().url})`;
      if (message.type() === 'error') watch.#fault(`console: ${text}`);
      else if (message.type() === 'warning') watch.notes.push(text);
    });
    context.on('weberror', (thrown) => watch.#fault(`thrown: ${thrown.error().stack ?? thrown.error()}`));
    context.on('dialog', (dialog) => {
      watch.#fault(`dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    await context.exposeFunction('gleanerPolicyBroken', (what) => watch.#fault(`policy: ${what}`));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        window.gleanerPolicyBroken(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
    return watch;
  }

  /** From here on, faults that match are what the test wants to see. */
  allow(pattern) {
    this.#allowed.push(pattern);
  }

  #fault(text) {
    if (!this.#allowed.some((pattern) => pattern.test(text))) this.faults.push(text);
  }
}
