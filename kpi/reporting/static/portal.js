// Search while typing: hides what does not match, keeps the branch that leads to what does.
"use strict";
(() => {
  const input = document.getElementById("search");
  const told = document.getElementById("found");
  if (!input || !told) return;
  const fold = (text) => text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFD").replace(/\p{M}/gu, "");
  const entries = [...document.querySelectorAll("li[data-search]")].map((item) => ({
    item,
    text: item.dataset.search,
  }));
  const sections = [...document.querySelectorAll("section.document")];

  function search() {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    const hits = entries.filter(({ text }) => words.every((word) => text.includes(word)));
    const shown = new Set();
    for (const { item } of hits) {
      for (let at = item; at && !shown.has(at); at = at.parentElement.closest("li[data-search]")) shown.add(at);
    }
    for (const { item } of entries) item.hidden = !shown.has(item);
    for (const section of sections) section.hidden = !section.querySelector("li[data-search]:not([hidden])");
    told.textContent = words.length ? told.dataset.words.replace("{n}", hits.length) : "";
    history.replaceState(null, "", words.length ? `#q=${encodeURIComponent(input.value)}` : location.pathname);
  }

  input.closest(".search").hidden = false;
  input.addEventListener("input", search);
  if (location.hash.startsWith("#q=")) {
    input.value = decodeURIComponent(location.hash.slice(3));
    search();
  }
})();
