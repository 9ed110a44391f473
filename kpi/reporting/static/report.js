// Draws the charts of a page from the JSON beside them, in the theme of the reader and on paper in ink on white.
"use strict";
(() => {
  // Colours of kpi/charts/plots.py that belong to the theme -> their dark counterparts; hues stay what they are.
  const DARK = {
    "#1c2024": "#e9e7e2", "#59626d": "#a9b0b8", "#d9dde2": "#3b424a", "#fdfdfb": "#16191d",
    "#a63f00": "#ff9d66", "#fffffe": "#000000", "#0072b2": "#4aa3df", "#009e73": "#33b892", "#d55e00": "#f2854a",
  };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const PAPER_WIDTH = 640;
  const NARROW = 480;
  // What the scale at the side of a chart takes, and a letter of the axis below.
  const [SIDE, LETTER] = [48, 7];
  const charts = [...document.querySelectorAll("script[data-chart]")].map((script) => ({
    place: document.getElementById(script.dataset.chart),
    spec: script.textContent,
  }));

  const SHADES = ["", "/", ".", "\\", "-", "|", "x"];
  const COLUMNS = { wide: 3, narrow: 2, gap: 0.06, title: 0.36, row: 165, top: 40 };

  const themed = (spec, night) =>
    JSON.parse(night ? spec.replace(/#[0-9a-f]{6}/g, (colour) => DARK[colour] ?? colour) : spec);

  // A page in two languages has a look for each.
  const look = (place) => window.kpiLooks[place.closest("[lang]").lang];

  // What a page leaves out: the look that all charts share; of later axes and like traces, what the first one says.
  function whole({ place, spec }, night) {
    const { data, layout } = themed(spec, night);
    const { template, config, sample } = themed(JSON.stringify(look(place)), night);
    for (const axis of [layout.xaxis, layout.yaxis]) if (axis?.tickvals) axis.ticktext ??= axis.tickvals.map(String);
    for (const name of Object.keys(layout)) {
      if (/^[xy]axis\d+$/.test(name)) layout[name] = { ...layout[name.slice(0, 5)], ...layout[name] };
    }
    const saved = { format: "svg", filename: place.id };
    for (const name of ["shapes", "annotations"]) if (layout[name]) layout[name] = listed(layout[name]);
    if (layout.meta?.sample) {
      layout.annotations = [...(layout.annotations ?? []), sample];
      layout.title.text = `<span style="color:${sample.font.color}"><b>${sample.text}</b></span> · ${layout.title.text}`;
    }
    if (layout.meta?.panels) regroup(layout, COLUMNS.wide);
    return { data: traces(listed(data)), layout: { template, ...layout }, config: { ...config, toImageButtonOptions: saved } };
  }

  const listed = (entries) => entries.alike?.map((entry) => ({ ...entries.alike[0], ...entry })) ?? entries;

  // Places told as 0 are those of the first trace; labels told as numbers repeat what the pointer tells.
  function traces(data) {
    for (const trace of data) {
      for (const name of ["x", "y"]) if (trace[name] === 0) trace[name] = data[0][name];
      if (trace.hovertemplate) trace.hovertemplate += "<extra></extra>";
      const words = trace.customdata?.map((told) => (Array.isArray(told) ? told.at(-1) : told));
      const places = Array.isArray(trace.text) && trace.text.every(Number.isInteger) ? trace.text : undefined;
      if (words && places) trace.text = words.map((word, i) => (places.includes(i) ? word : ""));
    }
    return data;
  }

  // Labels below a chart that would touch one another are left out: zero and the newest period stay longest.
  function thin({ data, layout }, width) {
    const axis = layout.xaxis;
    if (!axis?.ticktext || layout.meta?.panels) return;
    const names = axis.categoryarray ?? axis.tickvals;
    const place = { date: (x) => Date.parse(x), category: (x) => names.indexOf(x) }[axis.type] ?? Number;
    const ends = axis.range ?? data.flatMap((trace) => trace.x ?? []).filter((x) => x !== null).map(place);
    const span = Math.max(...ends) - Math.min(...ends);
    const scale = (width - SIDE - (layout.margin?.r ?? 0)) / (span || 1);
    const half = (text) => (Math.max(...text.split("<br>").map((line) => line.length)) * LETTER) / 2;
    const order = [...axis.tickvals.keys()];
    if (place(axis.tickvals[0]) !== 0) order.reverse();
    const kept = [];
    for (const i of order) {
      const at = kept.at(-1) ?? i;
      const apart = Math.abs(place(axis.tickvals[i]) - place(axis.tickvals[at])) * scale;
      if (i === at || apart >= half(axis.ticktext[i]) + half(axis.ticktext[at]) + LETTER) kept.push(i);
    }
    kept.sort((a, b) => a - b);
    axis.ticktext = kept.map((i) => axis.ticktext[i]);
    axis.tickvals = kept.map((i) => axis.tickvals[i]);
  }

  // A small screen has room for fewer panels side by side, and a smaller mark on sample data.
  function slim(layout) {
    for (const note of layout.annotations ?? []) if (note.name === "sample") note.font.size = 18;
    if (layout.meta?.panels) {
      regroup(layout, COLUMNS.narrow);
      for (const note of layout.annotations) if (note.name !== "sample") note.font = { ...note.font, size: 10 };
    }
    // A subtitle of several parts takes a line a part.
    const more = layout.title.text.split(" · ").length - 1;
    layout.title.text = layout.title.text.replaceAll(" · ", "<br>");
    layout.margin = { ...layout.margin, t: (layout.margin?.t ?? 34) + 17 * more };
    if (more) layout.title.pad = { t: 18 };
    layout.height += 17 * more;
  }

  function regroup(layout, columns) {
    const { gap, title, row, top } = COLUMNS;
    const rows = Math.ceil(layout.meta.panels / columns);
    const step = (1 + gap) / columns;
    for (let i = 0; i < layout.meta.panels; i++) {
      const [n, left, below] = [i ? i + 1 : "", (i % columns) * step, 1 - (Math.floor(i / columns) + 1) / rows];
      Object.assign(layout[`xaxis${n}`], { domain: [left, left + step - gap], anchor: `y${n}` });
      const down = [below, below + (1 - title) / rows];
      Object.assign(layout[`yaxis${n}`], { domain: down, anchor: `x${n}`, showticklabels: i % columns === 0 });
    }
    layout.height = top + row * rows;
  }

  // Paper may have no colours: parts of a bar differ by shading too.
  function shade(data) {
    const stacked = data.filter((trace) => trace.type === "bar" && !trace.marker.pattern);
    if (stacked.length < 2) return;
    stacked.forEach((trace, i) => {
      const shape = SHADES[i % SHADES.length];
      trace.marker.pattern = { shape, fillmode: "overlay", fgcolor: "#ffffff", fgopacity: 0.5, size: 7, solidity: 0.2 };
    });
  }

  async function draw(chart, night, paper) {
    const { place } = chart;
    if (!window.Plotly || !place) return;
    const figure = whole(chart, night);
    const width = paper ? Math.min(PAPER_WIDTH, place.clientWidth) : undefined;
    if (width) figure.layout.width = width;
    if (width) shade(figure.data);
    const given = width ?? place.clientWidth;
    if (given < NARROW) slim(figure.layout);
    thin(figure, given);
    place.style.minHeight = `${figure.layout.height}px`;
    await Plotly.react(place, figure.data, figure.layout, { ...figure.config, displayModeBar: false });
    place.dataset.drawn = "true";
  }

  const drawAll = (night, paper) => Promise.all(charts.map((chart) => draw(chart, night, paper)));

  // For whoever copies the charts of a page into files: every figure as plotly.js takes it, on paper's ground.
  window.kpiFigures = () => charts.map((chart) => ({ name: chart.place.id, ...whole(chart, false) }));

  for (const { place } of window.Plotly ? charts : []) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "save", textContent: look(place).save });
    button.addEventListener("click", () => Plotly.downloadImage(place, { format: "svg", filename: place.id }));
    place.before(button);
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
