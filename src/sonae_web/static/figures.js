// The simulator and the calculator as one moves: each number gets its slider, and the figures follow what is entered.
// htmx asks and swaps, one request at a time, the newest last; without this file the form is sent by its button.
(() => {
  "use strict";
  const form = document.querySelector("form[data-live]");
  if (!form || !window.htmx) return;
  const byId = (name) => document.getElementById(name);
  const GAP = 60; // milliseconds between two requests while a slider moves
  const QUIET = 900; // milliseconds without a new figure before it is read out
  const NICE = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80]; // a slider's stops in each power of ten

  /** The stops of a slider: round numbers on a logarithmic scale, 0 first where it may be 0. */
  const stops = (from, to) => {
    const found = new Set([from, to]);
    for (let power = 0.1; power <= to; power *= 10)
      for (const nice of power < 1 ? [10, 20, 30, 40, 50, 60, 70, 80, 90] : NICE) found.add(Math.round(nice * power));
    return [...found].filter((number) => number >= from && number <= to).sort((a, b) => a - b);
  };

  /** An amount as people type it (1億2,000万円, 1.2万, ３００人), or NaN. */
  const amount = (text) => {
    const plain = text.normalize("NFKC").replace(/[,\s¥]|円$|[人名]分?$/g, "");
    const parts = /^(?:(\d+(?:\.\d+)?)億)?(?:(\d+(?:\.\d+)?)万)?(\d+)?$/.exec(plain);
    if (!plain || !parts) return NaN;
    return Math.round((+parts[1] || 0) * 1e8 + (+parts[2] || 0) * 1e4 + (+parts[3] || 0));
  };

  const nearest = (steps, number) =>
    steps.reduce((best, step, at) => (Math.abs(step - number) < Math.abs(steps[best] - number) ? at : best), 0);

  /** Tie a slider to its number, both ways. */
  const tie = (slider) => {
    const number = byId(slider.dataset.for);
    const steps = stops(+slider.dataset.from, +slider.dataset.to);
    const space = document.documentElement.lang === "en" ? " " : "";
    const say = () => {
      const told = amount(number.value);
      const text = Number.isNaN(told) ? number.value : told.toLocaleString("en") + space + slider.dataset.unit;
      slider.setAttribute("aria-valuetext", text || slider.dataset.empty);
    };
    const follow = () => {
      const told = amount(number.value);
      if (!Number.isNaN(told)) slider.value = nearest(steps, told);
      say();
    };
    slider.max = steps.length - 1;
    slider.value = 0;
    slider.addEventListener("input", () => {
      number.value = steps[+slider.value].toLocaleString("en");
      say();
      soon();
    });
    number.addEventListener("input", follow);
    follow();
    slider.hidden = false;
  };

  let last = -Infinity;
  let waiting = 0;
  const now = () => {
    clearTimeout(waiting);
    waiting = 0;
    last = performance.now();
    window.htmx.trigger(form, "recompute");
  };
  const soon = () => {
    if (!waiting) waiting = setTimeout(now, Math.max(0, last + GAP - performance.now()));
  };
  const entered = () => new URLSearchParams(new FormData(form)).toString();

  form.querySelectorAll("input[type=range]").forEach(tie);
  form.addEventListener("change", (event) => event.target.type !== "range" && now());

  /** What was wrong is told at its field: the summary above says it, each line linked to its field. */
  const tellFaults = () => {
    for (const old of form.querySelectorAll(".err")) old.remove();
    for (const old of form.querySelectorAll(".invalid")) old.classList.remove("invalid");
    for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
    for (const link of document.querySelectorAll("#faults a")) {
      const field = byId(link.hash.slice(1));
      const told = document.createElement("p");
      told.className = "err";
      told.id = `${field.id}-e`;
      told.textContent = link.textContent;
      field.closest(".field, fieldset").classList.add("invalid");
      if (field.matches("fieldset")) {
        field.querySelector("legend + *").prepend(told);
      } else {
        field.before(told);
        field.setAttribute("aria-invalid", "true");
      }
      const described = (field.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
      field.setAttribute("aria-describedby", [...new Set([...described, told.id])].join(" "));
    }
    for (const field of form.querySelectorAll("[aria-describedby]")) {
      const there = field.getAttribute("aria-describedby").split(" ").filter(byId);
      if (there.length) field.setAttribute("aria-describedby", there.join(" "));
      else field.removeAttribute("aria-describedby");
    }
  };

  let asked = "";
  let open = [];
  let reading = 0;
  document.body.addEventListener("htmx:beforeRequest", () => (asked = entered()));
  document.body.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("#figures details[open]")].map((each) => each.id);
  });
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    // boxes ticked since it was asked for: the next answer knows them
    if (event.detail.target.id === "toggles" && asked !== entered()) event.detail.shouldSwap = false;
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const name of open) byId(name)?.setAttribute("open", "");
    byId("trouble").hidden = true;
    tellFaults();
    clearTimeout(reading);
    reading = setTimeout(() => (byId("told").textContent = byId("now").textContent.replace(/\s+/g, " ")), QUIET);
  });
  for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    document.body.addEventListener(failed, () => (byId("trouble").hidden = false));
})();
