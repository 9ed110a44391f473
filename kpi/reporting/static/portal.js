// Search while typing and filters: hides what does not match, keeps the branch that leads to what does.
// What is asked for stands in the address (#q=...&status=...), so that it can be kept, sent and gone back to.
"use strict";
(() => {
  const form = document.getElementById("finder");
  const told = document.getElementById("found");
  if (!form || !told) return;
  const fold = (text) =>
    text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/ß/g, "ss").normalize("NFD").replace(/\p{M}/gu, "");
  const index = window.kpiSearch ?? {};
  const entries = [...document.querySelectorAll("li[data-id], .register li")].map((item) => {
    const known = index[item.dataset.id ?? item.querySelector("a").getAttribute("href")] ?? {};
    return {
      item,
      text: known.words ?? "",
      document: [item.dataset.id?.split("/")[0]],
      organisation: known.organisations ?? [],
      status: known.statuses ?? [],
      data: known.data ? ["1"] : [],
    };
  });
  const sections = [...document.querySelectorAll("section.document")];
  const filters = [...form.querySelectorAll("select, input[type=checkbox]")];
  const query = form.querySelector("input[type=search]");

  // What the form says, as the address says it; empty values are left out.
  function asked() {
    const wanted = new URLSearchParams();
    if (query.value.trim()) wanted.set("q", query.value.trim());
    for (const field of filters) {
      const value = field.type === "checkbox" ? (field.checked ? "1" : "") : field.value;
      if (value) wanted.set(field.name, value);
    }
    return wanted;
  }

  function show() {
    const wanted = asked();
    const words = fold(query.value).split(/\s+/).filter(Boolean);
    const hits = entries.filter(
      (entry) =>
        words.every((word) => entry.text.includes(word)) &&
        filters.every(({ name }) => !wanted.has(name) || entry[name].includes(wanted.get(name))),
    );
    const shown = new Set();
    for (const { item } of hits) {
      for (let at = item; at && !shown.has(at); at = at.parentElement.closest("li[data-id]")) shown.add(at);
    }
    const found = new Set(hits.map(({ item }) => item));
    const narrowed = wanted.size > 0;
    for (const { item } of entries) {
      item.hidden = !shown.has(item);
      item.classList.toggle("way", narrowed && shown.has(item) && !found.has(item));
    }
    for (const section of sections) section.hidden = !section.querySelector("li:not([hidden])");
    const { none, one, many } = told.dataset;
    const message = hits.length === 0 ? none : hits.length === 1 ? one : many.replace("{n}", hits.length);
    told.textContent = narrowed ? message : "";
    const reset = form.querySelector("button[type=reset]");
    if (reset) reset.hidden = !narrowed;
    return wanted;
  }

  function changed() {
    const wanted = show().toString();
    history.replaceState(null, "", wanted ? `#${wanted}` : location.pathname + location.search);
  }

  function fromAddress() {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) return; // a place on the page, not a question
    const wanted = new URLSearchParams(hash);
    query.value = wanted.get("q") ?? "";
    for (const field of filters) {
      const value = wanted.get(field.name) ?? "";
      if (field.type === "checkbox") field.checked = value === "1";
      else field.value = [...field.options].some((option) => option.value === value) ? value : "";
    }
    show();
  }

  // Counts on the board lead to what they count.
  for (const cell of document.querySelectorAll("[data-filter]")) {
    const link = document.createElement("a");
    link.href = `#${cell.dataset.filter}`;
    link.append(...cell.childNodes);
    link.addEventListener("click", () => setTimeout(() => told.focus()));
    cell.append(link);
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(() => { changed(); query.focus(); }));
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
})();
