"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const modes = Object.keys(data.modes);
  const marks = { pass: "pass", partial: "pass*", exception: "except", fail: "fail", none: "–" };
  const words = { pass: "pass", partial: "pass, apart from exceptions", exception: "exceptions only", fail: "fail", none: "no cases" };
  const get = (id) => document.getElementById(id);
  const body = document.querySelector("#table tbody");
  const controls = Object.fromEntries(["search", "module", "mode", "status", "route"].map((id) => [id, get(id)]));

  // text only ever goes in as text, never as markup
  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const number = (value) => (value === null || value === undefined ? "" : String(value));

  const rows = data.names.map((entry, index) => {
    const cells = Object.values(entry.modes);
    const exceptions = [...new Set(cells.flatMap((cell) => Object.keys(cell.excepted)))];
    const ulps = cells.map((cell) => cell.ulps).filter((value) => value !== null);
    return {
      entry, index, exceptions,
      name: entry.name, module: entry.module, route: entry.route, time: entry["time ratio"],
      ulps: ulps.length ? Math.max(...ulps) : null,
      text: [entry.name, entry.reason, ...entry.problems, ...exceptions].join("\n").toLowerCase(),
      statuses: Object.fromEntries(modes.map((mode) => [mode, entry.modes[mode] ? entry.modes[mode].status : "none"])),
      row: null, detail: null,
    };
  });

  const list = (counts) => {
    const made = element("ul");
    for (const [what, count] of Object.entries(counts)) made.append(element("li", {}, `${count} × ${what}`));
    return made;
  };

  const example = (mode, found) => {
    const known = found.exception ? data.exceptions[found.exception] : null;
    const made = element("div");
    made.append(element("h4", {}, known ? `${mode}: exception ${known.id}` : `${mode}: fails`));
    if (known) {
      const reason = element("p", {}, known.reason);
      if (known.link) reason.append(" ", element("a", { href: known.link }, "more"));
      made.append(reason);
    }
    made.append(element("p", { class: "difference" }, found.text));
    const code = element("pre", { tabindex: "0", role: "region", "aria-label": `Code that repeats it, ${mode}` }, element("code", {}, found.code));
    made.append(code);
    if (navigator.clipboard) {
      const copy = element("button", { type: "button" }, "Copy the code");
      copy.addEventListener("click", () => navigator.clipboard.writeText(found.code).then(() => { copy.textContent = "Copied"; }));
      made.append(copy);
    }
    return made;
  };

  const cases = (entry) => {
    const table = element("table");
    const heads = ["mode", "status", "passed", "failed", "exceptions", "not compared", "max ulp"];
    table.append(element("caption", { class: "hidden-text" }, `Cases of ${entry.name}`));
    table.append(element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))));
    const inside = element("tbody");
    for (const [mode, cell] of Object.entries(entry.modes)) {
      inside.append(element("tr", {},
        element("th", { scope: "row" }, data.modes[mode]),
        element("td", { class: cell.status }, words[cell.status]),
        element("td", {}, number(cell.passed)), element("td", {}, number(cell.failed)),
        element("td", {}, list(cell.excepted)), element("td", {}, list(cell.skipped)), element("td", {}, number(cell.ulps))));
    }
    table.append(inside);
    return element("div", { class: "scroll" }, table);
  };

  const detailed = (item) => {
    const { entry } = item;
    const cell = element("td", { colspan: String(modes.length + 5) });
    const route = { native: "computed by TensorFlow ops", trace: "decided while tracing", host: "computed by NumPy on the host",
      numpy: "NumPy's own object", gap: "missing", source: "NumPy's own source on tensors" }[entry.route] || entry.route;
    cell.append(element("p", {}, `${entry.name}: ${entry.kind}, ${route}${entry.reason ? ": " + entry.reason : ""}.`));
    if (entry.problems.length) cell.append(element("h3", {}, "Problems"), element("ul", {}, ...entry.problems.map((text) => element("li", {}, text))));
    if (entry["time ratio"] !== null) cell.append(element("p", {}, `An eager call takes ${entry["time ratio"]} times as long as NumPy's.`));
    if (Object.keys(entry.modes).length) cell.append(element("h3", {}, "Cases"), cases(entry));
    const examples = Object.entries(entry.modes).flatMap(([mode, found]) => found.examples.map((one) => example(mode, one)));
    if (examples.length) cell.append(element("h3", {}, "Examples"), ...examples);
    return element("tr", { class: "detail", id: `detail-${item.index}` }, cell);
  };

  const opened = (item, open) => {
    const button = item.row.querySelector("button");
    button.setAttribute("aria-expanded", String(open));
    if (open && !item.detail) { item.detail = detailed(item); item.row.after(item.detail); }
    if (item.detail) item.detail.hidden = !open;
  };
  const isOpen = (item) => item.row.querySelector("button").getAttribute("aria-expanded") === "true";

  const rowOf = (item) => {
    if (item.row) return item.row;
    const { entry } = item;
    const button = element("button", { type: "button", "aria-expanded": "false", "aria-controls": `detail-${item.index}` }, entry.name);
    button.addEventListener("click", () => {
      opened(item, !isOpen(item));
      history.replaceState(null, "", isOpen(item) ? "#" + encodeURIComponent(entry.name) : "#names");
    });
    const head = element("th", { scope: "row", class: "name" }, button);
    if (entry.problems.length) head.append(element("span", { class: "problem", title: entry.problems.join("\n") }, "problem"));
    item.row = element("tr", {}, head, element("td", {}, entry.module), element("td", {}, entry.route));
    for (const mode of modes) {
      const status = item.statuses[mode];
      const mark = element("td", { class: `mode ${status}` });
      if (entry.modes[mode]) {
        mark.title = words[status];
        mark.append(marks[status]);
      }
      item.row.append(mark);
    }
    item.row.append(element("td", { class: "number" }, number(item.ulps)), element("td", { class: "number" }, item.time === null ? "" : `${item.time}×`));
    return item.row;
  };

  // the table holds as many rows as were scrolled to: a browser takes a second to lay out all of them
  const CHUNK = 100;
  let order = rows, matching = [], shown = 0;
  const showMore = () => {
    const next = matching.slice(shown, shown + CHUNK);
    body.append(...next.flatMap((item) => (item.detail ? [rowOf(item), item.detail] : [rowOf(item)])));
    shown += next.length;
    get("more").hidden = shown >= matching.length;
  };
  get("more").addEventListener("click", showMore);
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) showMore(); },
    { root: document.querySelector(".tall"), rootMargin: "600px" }).observe(get("more"));

  const matches = (item, wanted) =>
    wanted.words.every((word) => item.text.includes(word)) &&
    (!wanted.module || item.module === wanted.module) &&
    (!wanted.route || item.route === wanted.route) &&
    (wanted.mode
      ? wanted.status ? item.statuses[wanted.mode] === wanted.status : item.statuses[wanted.mode] !== "none"
      : !wanted.status || modes.some((mode) => item.statuses[mode] === wanted.status));

  const filter = () => {
    const wanted = Object.fromEntries(Object.entries(controls).map(([key, control]) => [key, control.value]));
    wanted.words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    matching = order.filter((item) => matches(item, wanted));
    body.replaceChildren();
    shown = 0;
    showMore();
    get("count").textContent = `${matching.length} of ${rows.length} names`;
  };

  const sort = (key, down) => {
    const compared = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const missing = (value) => value === null;
    order = [...rows].sort((a, b) =>
      missing(a[key]) - missing(b[key]) || (down ? -1 : 1) * compared(a[key], b[key]) || a.index - b.index);
    filter();
  };

  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const first = head.classList.contains("number") ? "descending" : "ascending";
      const next = head.ariaSort === first ? (first === "ascending" ? "descending" : "ascending") : first;
      for (const other of document.querySelectorAll("#table [aria-sort]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", next);
      sort(button.dataset.sort, next === "descending");
    });
  }

  const show = (changes) => {
    get("filters").reset();
    for (const [key, value] of Object.entries(changes)) controls[key].value = value;
    filter();
    get("names").scrollIntoView();
    get("names").focus({ preventScroll: true });
  };
  for (const cell of document.querySelectorAll("#picture g"))
    cell.addEventListener("click", () => show({ module: cell.dataset.module, mode: cell.dataset.mode }));
  for (const button of document.querySelectorAll("[data-find]"))
    button.addEventListener("click", () => show({ search: button.dataset.find }));

  get("filters").addEventListener("submit", (event) => event.preventDefault());
  get("filters").addEventListener("reset", () => setTimeout(filter));
  for (const control of Object.values(controls)) control.addEventListener("input", filter);

  body.addEventListener("keydown", (event) => {
    if (!event.target.matches(".name button")) return;
    const buttons = [...body.querySelectorAll(".name button")];
    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const at = buttons.indexOf(event.target) + steps[event.key];
    buttons[Math.min(Math.max(at, 0), buttons.length - 1)].focus();
  });

  const fromAddress = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const item = rows.find((one) => one.name === name);
    if (!item) return;
    while (!matching.slice(0, shown).includes(item) && shown < matching.length) showMore();
    if (!matching.includes(item)) return;
    opened(item, true);
    item.row.scrollIntoView({ block: "center" });
    item.row.querySelector("button").focus({ preventScroll: true });
  };
  addEventListener("hashchange", fromAddress);
  filter();
  fromAddress();
})();
