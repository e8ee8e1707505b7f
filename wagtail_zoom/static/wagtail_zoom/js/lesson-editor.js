/* The lesson's Zoom panel: a state that keeps itself up to date, and the field for an existing meeting.
   Everything works without this file; it saves reloading and typing. */
(() => {
  const { Controller } = window.StimulusModule;

  /** Shows the live state of a lesson and asks for it again until nothing more is expected to happen. */
  class StateController extends window.wagtailZoom.AskingController {
    static targets = ["body", "announcement"];

    static headers = { Accept: "application/json" };

    read(answer) {
      return answer.json();
    }

    show({ html, announcement, interval }) {
      this.intervalValue = interval;
      if (html === this.shown) return;
      const isNews = this.shown !== undefined || this.bodyTarget.textContent.trim() !== textOf(html);
      this.shown = html;
      if (!isNews) return;
      const hadFocus = this.bodyTarget.contains(document.activeElement);
      this.bodyTarget.innerHTML = html;
      if (hadFocus) this.bodyTarget.focus();
      this.announcementTarget.textContent = announcement;
    }
  }

  const textOf = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.textContent.trim();
  };

  const SEPARATORS = /[\s\u00a0\u2009\u202f\-\u2010\u2011\u2013.]+/g;
  const NUMBER = /^[1-9]\d{8,11}$/;
  const IN_PATH = /^\/(?:j|w|s|wc\/join|wc|meeting\/register|webinar\/register|meeting|webinar)\/(\d+)(?:\/|$)/;

  /** Leaves only the number of a pasted link in the field, and says when there is none. */
  class NumberController extends Controller {
    static targets = ["hint"];

    static values = { zoom: String, hosts: Array, good: String, bad: String };

    connect() {
      this.input = this.element.closest("form")?.querySelector("[name=zoom_number]");
      if (!this.input) return;
      this.onChange = () => this.keep();
      // What was pasted is in the field only after the event.
      this.onPaste = () => window.setTimeout(this.onChange);
      this.input.addEventListener("change", this.onChange);
      this.input.addEventListener("paste", this.onPaste);
      this.tell();
    }

    disconnect() {
      this.input?.removeEventListener("change", this.onChange);
      this.input?.removeEventListener("paste", this.onPaste);
    }

    /** The digits of what stands in the field, or the text itself where it names no meeting. */
    get digits() {
      const text = this.input.value.trim();
      if (!/[/:]/.test(text)) return text.replace(SEPARATORS, "");
      try {
        const link = new URL(text.includes("://") ? text : `https://${text}`);
        const host = link.hostname.toLowerCase();
        const authority = text.replace(/^https?:\/\//i, "").split(/[/?#]/, 1)[0];
        const isZoom = new RegExp(`^(?:${this.zoomValue})$`, "i").test(authority) || this.hostsValue.includes(host);
        return (isZoom && link.pathname.match(IN_PATH)?.[1]) || text;
      } catch {
        return text;
      }
    }

    keep() {
      if (NUMBER.test(this.digits)) this.put(this.digits);
      this.tell();
    }

    chosen({ detail }) {
      this.put(detail.number);
      this.tell(`${this.goodValue} ${this.input.value}`);
    }

    put(digits) {
      const middle = digits.length > 10 ? 7 : 6;
      const text = [digits.slice(0, 3), digits.slice(3, middle), digits.slice(middle)].filter(Boolean).join(" ");
      if (this.input.value === text) return;
      this.input.value = text;
      this.input.dispatchEvent(new Event("input", { bubbles: true }));
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    tell(good = "") {
      const isFine = !this.input.value.trim() || NUMBER.test(this.digits);
      this.hintTarget.classList.toggle("wz-hint--bad", !isFine);
      this.hintTarget.textContent = isFine ? good : this.badValue;
    }
  }

  /** The dialog with the meetings of a host. Nothing is read from Zoom before a click asks for it. */
  class ChooserController extends Controller {
    static targets = ["results"];

    static values = { loading: String, failed: String };

    click(event) {
      const choice = event.target.closest("[data-wz-number]");
      const link = event.target.closest("a[data-wz-follow]");
      if (choice) {
        this.dispatch("chosen", { detail: { number: choice.dataset.wzNumber }, target: document });
        this.element.closest("[data-controller~=w-dialog]").dispatchEvent(new CustomEvent("w-dialog:hide"));
      } else if (link) {
        event.preventDefault();
        this.load(link.href);
      }
    }

    search(event) {
      event.preventDefault();
      const address = new URL(event.target.action, window.location.href);
      address.search = new URLSearchParams(new FormData(event.target)).toString();
      this.load(address.href);
    }

    async load(address) {
      this.resultsTarget.setAttribute("aria-busy", "true");
      this.resultsTarget.prepend(this.note(this.loadingValue));
      try {
        const answer = await fetch(address, { headers: { "X-Requested-With": "XMLHttpRequest" } });
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        this.resultsTarget.innerHTML = await answer.text();
      } catch {
        this.resultsTarget.firstChild.textContent = this.failedValue;
      }
      this.resultsTarget.removeAttribute("aria-busy");
    }

    note(text) {
      const note = document.createElement("p");
      note.textContent = text;
      return note;
    }
  }

  const { app } = window.wagtail;
  app.register("wz-state", StateController);
  app.register("wz-number", NumberController);
  app.register("wz-chooser", ChooserController);
})();
