/* What the panels that keep themselves up to date have in common: asking an address until nothing more is expected. */
(() => {
  const { Controller } = window.StimulusModule;

  /** Asks `url` every `interval` milliseconds while somebody looks. Who extends it says how to `read` and `show`. */
  class AskingController extends Controller {
    static values = { url: String, interval: Number };

    connect() {
      this.failures = 0;
      this.onVisibility = () => (document.hidden ? this.stop() : this.ask());
      document.addEventListener("visibilitychange", this.onVisibility);
      this.schedule();
    }

    disconnect() {
      document.removeEventListener("visibilitychange", this.onVisibility);
      this.stop();
    }

    stop() {
      window.clearTimeout(this.timer);
    }

    schedule() {
      this.stop();
      if (!this.intervalValue || document.hidden) return;
      // A server that does not answer is asked ever less often, at most every two minutes.
      const wait = Math.min(this.intervalValue * 2 ** this.failures, 120000);
      this.timer = window.setTimeout(() => this.ask(), wait);
    }

    async ask() {
      this.stop();
      if (!this.intervalValue) return;
      try {
        const answer = await fetch(this.urlValue, { headers: this.constructor.headers });
        // Whoever was logged out meanwhile is sent to a page that is something else.
        if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
        this.show(await this.read(answer));
        this.failures = 0;
      } catch {
        this.failures += 1;
      }
      if (this.element.isConnected) this.schedule();
    }
  }

  window.wagtailZoom = { AskingController };
})();
