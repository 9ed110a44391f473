// Draws the charts of a page from the JSON beside them, in the theme of the reader and on paper in ink on white.
"use strict";
(() => {
  // Colours of kpi/plots.py that belong to the theme -> their dark counterparts; hues stay what they are.
  const DARK = {
    "#1c2024": "#e9e7e2", "#59626d": "#a9b0b8", "#d9dde2": "#3b424a", "#fdfdfb": "#16191d",
    "#0072b2": "#4aa3df", "#009e73": "#33b892", "#d55e00": "#f2854a",
  };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const PAPER_WIDTH = 640;
  const NARROW = 480;
  const charts = [...document.querySelectorAll("script[data-chart]")].map((script) => ({
    place: document.getElementById(script.dataset.chart),
    spec: script.textContent,
  }));

  const themed = (spec, night) =>
    JSON.parse(night ? spec.replace(/#[0-9a-f]{6}/g, (colour) => DARK[colour] ?? colour) : spec);

  // A small screen has room for fewer dates and for a smaller mark on sample data.
  function slim(layout) {
    const axis = layout.xaxis;
    if (axis?.tickvals?.length > 6) {
      const step = Math.ceil(axis.tickvals.length / 4);
      const kept = axis.tickvals.map((_, i) => i).filter((i) => i % step === 0);
      axis.ticktext = kept.map((i) => axis.ticktext[i]);
      axis.tickvals = kept.map((i) => axis.tickvals[i]);
    }
    for (const note of layout.annotations ?? []) if (note.font.size > 14) note.font.size = 14;
  }

  async function draw({ place, spec }, night, paper) {
    if (!window.Plotly || !place) return;
    const figure = themed(spec, night);
    const width = paper ? Math.min(PAPER_WIDTH, place.clientWidth) : undefined;
    if (width) figure.layout.width = width;
    if ((width ?? place.clientWidth) < NARROW) slim(figure.layout);
    place.querySelector("noscript")?.remove();
    await Plotly.react(place, figure.data, figure.layout, { ...figure.config, displayModeBar: false });
    place.dataset.drawn = "true";
  }

  const drawAll = (night, paper) => Promise.all(charts.map((chart) => draw(chart, night, paper)));

  for (const button of document.querySelectorAll("button[data-save]")) {
    if (!window.Plotly) break;
    button.hidden = false;
    button.addEventListener("click", () => {
      Plotly.downloadImage(button.dataset.save, { format: "svg", filename: button.dataset.save });
    });
  }

  // Paper shows everything, also what the reader left folded, in black on white.
  let folded = [];
  const toPaper = () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const details of folded) details.open = true;
    drawAll(false, true);
  };
  const toScreen = () => {
    for (const details of folded) details.open = false;
    folded = [];
    drawAll(dark.matches);
  };
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);
  dark.addEventListener("change", () => drawAll(dark.matches));

  // A link into something folded opens it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  };
  window.addEventListener("hashchange", reveal);
  reveal();
  drawAll(dark.matches);
})();
