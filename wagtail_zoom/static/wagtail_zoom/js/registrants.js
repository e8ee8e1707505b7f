/* How far the registrants are on their way to Zoom: asked for again until everybody is there.
   Everything works without this file; it saves reloading. */
(() => {
  const { AskingController } = window.wagtailZoom;

  /** Brings counts, progress and rows up to date, and leaves alone what the person is doing in the table. */
  class ProgressController extends AskingController {
    static values = { done: String };

    static headers = { "X-Requested-With": "XMLHttpRequest" };

    async read(answer) {
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    }

    show(page) {
      const fresh = page.querySelector("[data-controller~=wz-progress]");
      if (!fresh) throw new Error("no progress");
      this.intervalValue = Number(fresh.dataset.wzProgressIntervalValue);
      this.element.replaceChildren(...fresh.childNodes);
      if (!this.intervalValue) this.element.append(this.doneNote());
      this.showRows(page.querySelector(".wz-registrants"));
    }

    showRows(fresh) {
      const rows = document.querySelector(".wz-registrants");
      if (!fresh || !rows || rows.contains(document.activeElement)) return;
      const chosen = new Set([...rows.querySelectorAll("input:checked")].map((box) => box.value));
      rows.replaceChildren(...fresh.childNodes);
      rows.querySelectorAll("input[type=checkbox]").forEach((box) => {
        box.checked = chosen.has(box.value);
      });
    }

    doneNote() {
      const note = document.createElement("div");
      note.className = "wz-state wz-state--ok";
      const words = document.createElement("p");
      words.setAttribute("role", "status");
      words.textContent = this.doneValue;
      note.append(words);
      return note;
    }
  }

  window.wagtail.app.register("wz-progress", ProgressController);
})();
