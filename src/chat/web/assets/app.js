// Live updates, answers without a reload, countdowns and keys. Every page works without it.
"use strict";
(() => {
  const content = () => document.getElementById("content");
  const announcer = document.getElementById("announcer");

  // The server's clock counts: rounds are over when it says so.
  let offset = 0;
  const readClock = () => { offset = Number(content().dataset.now) - Date.now(); };

  // As pages/mod.rs says it.
  const distance = (ms) => {
    const minutes = Math.ceil(ms / 60000);
    if (minutes <= 0) return "any moment";
    const h = Math.floor(minutes / 60), m = minutes % 60;
    if (h === 0) return `in ${m} min`;
    if (h < 48) return m === 0 ? `in ${h} h` : `in ${h} h ${m} min`;
    return `in ${Math.floor((h + 12) / 24)} days`;
  };

  const moment = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

  const set = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const showTimes = () => {
    const now = Date.now() + offset;
    for (const element of document.querySelectorAll("[data-countdown]")) {
      set(element, distance(Number(element.dataset.countdown) - now));
    }
    for (const element of document.querySelectorAll("time[data-time]")) {
      const at = Date.parse(element.dateTime);
      if (element.dataset.time === "local") set(element, moment.format(at));
      else if (at > now) set(element, distance(at - now));
    }
  };

  const announce = (text) => { announcer.textContent = ""; announcer.textContent = text; };

  // Puts another page's content in the place of this one's, and keeps focus and what is half typed.
  const swap = (html) => {
    const next = new DOMParser().parseFromString(html, "text/html");
    const fresh = next.getElementById("content");
    if (!fresh) return false;
    const focused = document.activeElement;
    const id = focused && focused.id;
    const typed = focused && focused.tagName === "INPUT" ? focused.value : null;
    // Only a page that was loaded puts the focus somewhere by itself.
    for (const element of fresh.querySelectorAll("[autofocus]")) element.removeAttribute("autofocus");
    content().replaceWith(document.adoptNode(fresh));
    document.title = next.title;
    readClock();
    showTimes();
    const again = id && document.getElementById(id);
    if (again) {
      if (typed !== null && again.getAttribute("aria-invalid") !== "true") again.value = typed;
      again.focus({ preventScroll: true });
    }
    return true;
  };

  const isLive = () => content().dataset.state !== undefined;
  let reading = false, unread = false;

  // Reads the page anew; swaps it where it shows another state than the one here.
  const refresh = async () => {
    if (!isLive()) return;
    if (reading) { unread = true; return; }
    reading = true;
    try {
      const before = content().dataset.state;
      const response = await fetch(location.pathname + location.search, { headers: { accept: "text/html" } });
      const html = response.ok ? await response.text() : "";
      const next = new DOMParser().parseFromString(html, "text/html").getElementById("content");
      if (next && isLive() && next.dataset.state !== before && swap(html)) {
        const heading = document.querySelector("main h1"), title = document.querySelector("main h2");
        announce([heading, title].filter(Boolean).map((e) => e.textContent).join(": "));
      } else if (next) {
        for (const count of next.querySelectorAll("[data-count]")) showCount(count.dataset.count, count.textContent);
      }
    } catch { /* The connection is down: the next event tries again. */ } finally {
      reading = false;
      if (unread) { unread = false; refresh(); }
    }
  };

  const showCount = (round, text) => {
    for (const element of document.querySelectorAll(`[data-count="${CSS.escape(round)}"]`)) set(element, text);
  };

  // What was pressed did not arrive: said beside it for the eye, and read out.
  const unsent = (form, button) => {
    const text = "That could not be sent. Please try again.";
    const line = document.createElement("p"), said = document.createElement("div");
    line.textContent = text;
    said.className = "error unsent";
    said.append(line);
    if (button) (button.closest(".buttons, .row") || button).after(said); else form.append(said);
    // Who pressed a key may have the option at the window's edge.
    said.scrollIntoView({ block: "nearest", behavior: "instant" });
    announce(text);
  };

  // What came of a form has to be seen, down to its last button: what is wrong, or the receipt that asks how sure.
  const bring = (said) => {
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    said.scrollIntoView({ block: said.offsetHeight > innerHeight ? "end" : "nearest", behavior });
  };

  // A form of an answer: sent without leaving the page.
  const send = async (form, button) => {
    const home = form.closest("article");
    const fields = new URLSearchParams(new FormData(form));
    if (button && button.name) fields.append(button.name, button.value);
    for (const before of document.querySelectorAll(".unsent")) before.remove();
    form.classList.add("busy");
    try {
      const response = await fetch(form.action, { method: "POST", body: fields });
      if (!swap(await response.text())) throw new Error("not a page");
      const said = [".error p", ".receipt h2, .receipt h3", "main h1"].map((s) => document.querySelector(s)).find(Boolean);
      if (said) announce(said.textContent);
      const focus = document.activeElement === document.body && document.querySelector(".receipt, main");
      if (focus) { focus.tabIndex = -1; focus.focus(); }
      const where = home && document.getElementById(home.id);
      const result = where && (where.querySelector(".error") || where.querySelector(".receipt"));
      if (result) bring(result);
      else window.scrollTo(0, 0);
    } catch {
      form.classList.remove("busy");
      unsent(form, button);
    }
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-enhance]")) return;
    event.preventDefault();
    if (!event.target.classList.contains("busy")) send(event.target, event.submitter);
  });

  // A to E and 1 to 5, only while the options have the focus, so that no letter typed elsewhere answers.
  document.addEventListener("keydown", (event) => {
    const group = document.activeElement && document.activeElement.closest("[data-options]");
    if (!group || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
    const letter = "abcde".indexOf(event.key.toLowerCase());
    const option = group.querySelectorAll("button")[letter >= 0 ? letter : "12345".indexOf(event.key)];
    if (option) { option.focus(); option.click(); }
  });

  // Whoever types a time or a crontab means that one of the two.
  document.addEventListener("input", (event) => {
    const pair = event.target.closest(".pair");
    const radio = pair && pair.querySelector("input[type=radio]");
    if (radio) radio.checked = true;
  });

  readClock();
  showTimes();
  setInterval(showTimes, 15000);

  if (isLive()) {
    const events = new EventSource("/events");
    events.addEventListener("count", (event) => {
      const { round, text } = JSON.parse(event.data);
      showCount(String(round), text);
    });
    events.addEventListener("page", refresh);
    // Whatever happened before the connection stood, or while it was down.
    events.addEventListener("open", refresh);
  }
})();
