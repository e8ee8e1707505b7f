/* Lets a lesson on a page come alive: what this visitor may do now, in their own time, without a reload. */
(() => {
  "use strict";

  if (window.wagtailZoomLesson) return;
  window.wagtailZoomLesson = true;

  const TONES = ["open", "live", "busy", "closed", "problem"];
  const AFTER_A_FAILURE = 20;
  const LONGEST = 300;

  const language = document.documentElement.lang || undefined;

  function inVisitorsTime(when) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const start = new Date(when.starts_at);
    const reads = (timeZone) => start.toLocaleString("en", { timeZone });
    try {
      if (!zone || reads(zone) === reads(when.zone)) return null;
    } catch {
      return null; // A zone that this browser does not know.
    }
    const hours = new Intl.DateTimeFormat(language, { timeStyle: "short" });
    return {
      day: new Intl.DateTimeFormat(language, { dateStyle: "full" }).format(start),
      hours: when.ends_at && hours.formatRange ? hours.formatRange(start, new Date(when.ends_at)) : hours.format(start),
      zone: zone.split("/").pop().replaceAll("_", " "),
    };
  }

  class Lesson {
    constructor(section) {
      this.section = section;
      this.address = section.dataset.zoomLesson;
      this.tag = "";
      this.timer = 0;
      this.pause = 0;
      this.askedAt = 0;
      document.addEventListener("visibilitychange", () => this.wake());
      window.addEventListener("pageshow", (event) => event.persisted && this.ask());
      this.ask();
    }

    part(name) {
      return this.section.querySelector(`[data-zoom-${name}]`);
    }

    write(name, words, hideEmpty = false) {
      const part = this.part(name);
      if (part && hideEmpty) part.hidden = !words;
      // Written only when it is news, so that a screen reader does not repeat itself.
      if (part && part.textContent.trim() !== words) part.textContent = words;
      return part;
    }

    async ask() {
      clearTimeout(this.timer);
      this.askedAt = Date.now();
      try {
        const headers = this.tag ? { "If-None-Match": this.tag } : {};
        const response = await fetch(this.address, { headers, cache: "no-store", credentials: "same-origin" });
        if (response.status === 429 || response.status >= 500) throw new Error("busy");
        if (response.status !== 304) {
          this.tag = response.headers.get("ETag") || "";
          this.show(await response.json());
        }
      } catch {
        this.pause = Math.min(Math.max(this.pause, AFTER_A_FAILURE) * 1.5, LONGEST);
      }
      this.plan();
    }

    plan() {
      if (!this.pause || document.hidden) return;
      // Spread a little, so that a class does not ask in one instant.
      this.timer = setTimeout(() => this.ask(), this.pause * 1000 * (1 + Math.random() * 0.1));
    }

    wake() {
      clearTimeout(this.timer);
      if (document.hidden || !this.pause) return;
      if (Date.now() - this.askedAt > this.pause * 1000) this.ask();
      else this.plan();
    }

    show(state) {
      this.pause = state.ask_again_in;
      this.write("status", state.sentence);
      for (const tone of TONES) this.section.classList.toggle(`zoom-lesson--${tone}`, tone === state.tone);
      this.showButtons(state);
      if (state.when) this.showTime(state.when);
      this.showLive(state.live);
      this.showRecordings(state.recordings || []);
      if (state.code === "open" && "zoomForward" in this.section.dataset) window.location.assign(state.join.address);
    }

    showButtons(state) {
      const start = state.start || null;
      const join = this.part("join");
      if (join) {
        join.hidden = !(state.join && state.join.open) || Boolean(start);
      }
      const calendar = this.part("calendar");
      if (calendar) calendar.hidden = state.code === "over";
      const login = this.part("login");
      if (login) login.hidden = !state.login;
      this.showAct("start", start);
      this.showPlace(state.place || {});
    }

    showPlace({ sentence = "", changes = "", register = null, cancel = null }) {
      this.write("place", sentence, true);
      this.write("changes", changes, true);
      // Without a token a click is not enough: then the link leads to a form.
      const isOneClick = Boolean(register && register.token);
      const link = this.part("register");
      if (link) link.hidden = !register || isOneClick;
      this.showAct("register", isOneClick ? register : null);
      this.showAct("cancel", cancel);
    }

    showAct(name, act) {
      const template = this.section.querySelector(`template[data-zoom-act="${name}"]`);
      if (!template) return;
      let form = this.section.querySelector(`form[data-zoom-act="${name}"]`);
      if (!act) {
        if (form) form.remove();
        return;
      }
      if (!form) {
        form = template.content.firstElementChild.cloneNode(true);
        form.dataset.zoomAct = name;
        template.after(form);
        if (name !== "start") form.addEventListener("submit", (event) => this.send(event));
      }
      form.action = act.address;
      form.elements.csrfmiddlewaretoken.value = act.token;
    }

    async send(event) {
      event.preventDefault();
      const form = event.target;
      form.querySelector("button").disabled = true;
      try {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
        if (answer.type !== "opaqueredirect") throw new Error("refused");
      } catch {
        window.location.assign(form.action); // The page there says in words what is the matter.
        return;
      }
      form.remove();
      this.tag = "";
      await this.ask();
      const status = this.part("status");
      if (status) {
        // The button that had the focus is gone.
        status.tabIndex = -1;
        status.focus();
      }
    }

    showRecordings(recordings) {
      const part = this.part("recordings");
      if (!part) return;
      const template = this.part("recording");
      const list = part.querySelector("ul");
      part.hidden = !recordings.length;
      list.replaceChildren(
        ...recordings.map(({ label, address, passcode }) => {
          const item = template.content.firstElementChild.cloneNode(true);
          const link = item.querySelector("a");
          link.href = address;
          link.textContent = label;
          item.querySelector("span").hidden = !passcode;
          item.querySelector("code").textContent = passcode;
          return item;
        }),
      );
    }

    showTime(when) {
      if (when.day) {
        this.write("day", when.day);
        this.write("hours", when.hours);
        this.write("zone", when.zone_name);
      }
      const part = this.part("here");
      if (!part) return;
      const here = when.starts_at ? inVisitorsTime(when) : null;
      part.hidden = !here;
      this.write("here-day", here ? here.day : "");
      this.write("here-hours", here ? here.hours : "");
      this.write("here-zone", here ? here.zone : "");
    }

    showLive(live) {
      const part = this.part("live");
      if (!part) return;
      part.hidden = !live;
      this.write("live", live ? live.words : "");
    }
  }

  const begin = () => document.querySelectorAll("[data-zoom-lesson]").forEach((section) => new Lesson(section));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
