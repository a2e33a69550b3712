// Line charts as SVG, and the latent map on a canvas. Colors come from the page's style.

function element(name, attributes = {}, ...children) {
  const isSVG = ["svg", "path", "line", "text", "circle", "g"].includes(name);
  const made = isSVG ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const short = (value) => {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e5 || size < 1e-3) return value.toExponential(0);
  return String(Number(value.toPrecision(3)));
};

// About `count` round numbers between two ends.
function ticks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((unit) => unit * power).find((unit) => unit >= rough);
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step) found.push(tick);
  return found;
}

// series: [{name, color, points: [[x, y], ...]}]. The chart is redrawn when its width changes, so that its text keeps
// its size.
function lineChart(title, series, options = {}) {
  const legend = element("div", { class: "legend" });
  for (const line of series) legend.append(element("span", { style: `--key:${line.color}` }, line.name));
  const ends = series.map(({ name, points }) => `${name} from ${short(points[0][1])} to ${short(points.at(-1)[1])}`);
  const label = `${title}: ${ends.join(", ")}`;
  let drawn = 380;
  let svg = drawChart(drawn, label, series, options);
  const figure = element("figure", {}, legend, svg);
  new ResizeObserver(() => {
    const width = Math.round(figure.clientWidth);
    if (!width || width === drawn) return;
    const next = drawChart((drawn = width), label, series, options);
    svg.replaceWith(next);
    svg = next;
  }).observe(figure);
  return figure;
}

function drawChart(width, label, series, { xName = "", floor } = {}) {
  const [left, bottom, top, right] = [48, 36, 8, 10];
  const height = Math.round(Math.min(Math.max(width * 0.55, 170), 260));
  const all = series.flatMap((line) => line.points);
  const [xs, ys] = [all.map((p) => p[0]), all.map((p) => p[1])];
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  let [y0, y1] = [Math.min(...ys, floor ?? Infinity), Math.max(...ys)];
  if (y0 === y1) [y0, y1] = [y0 - 0.5, y1 + 0.5];
  const pad = 0.04 * (y1 - y0);
  [y0, y1] = [floor === undefined ? y0 - pad : y0, y1 + pad];
  const x = (value) => left + ((value - x0) / (x1 - x0 || 1)) * (width - left - right);
  const y = (value) => height - bottom - ((value - y0) / (y1 - y0)) * (height - bottom - top);
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (const tick of ticks(y0, y1, 5)) {
    svg.append(element("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }));
    svg.append(element("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, short(tick)));
  }
  for (const tick of ticks(x0, x1, Math.max(2, width / 70)).filter((tick) => Number.isInteger(tick)))
    svg.append(element("text", { x: x(tick), y: height - bottom + 17, "text-anchor": "middle" }, short(tick)));
  svg.append(element("text", { x: width - right, y: height - 3, "text-anchor": "end" }, xName));
  for (const line of series) {
    const path = line.points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
    svg.append(element("path", { class: "line", d: path, style: `stroke:${line.color}` }));
    if (line.points.length === 1) {
      const [[a, b]] = line.points;
      svg.append(element("circle", { cx: x(a), cy: y(b), r: 3, style: `fill:${line.color}` }));
    }
  }
  return svg;
}

// The charts of a history of epochs. Metrics that share an axis share a chart.
function historyCharts(history) {
  const epochs = history.filter((line) => line.event === "epoch");
  const isGAN = epochs.some((line) => "generator_loss" in line);
  const groups = [
    isGAN ? [] : [["loss", "loss"], ["validation_loss", "validation loss"]],
    [["reconstruction", "reconstruction"], ["validation_reconstruction", "validation"]],
    [["kl", "KL"], ["validation_kl", "validation KL"]],
    [["generator_loss", "loss of G"], ["discriminator_loss", "loss of D"]],
    [["real_score", "D(x)"], ["fake_score", "D(G(z))"]],
  ];
  // An autoencoder's loss is its reconstruction.
  const doubled = epochs.every((line) => line.kl === undefined && line.loss === line.reconstruction);
  return groups
    .filter((group, index) => !(doubled && index === 1))
    .map((group) =>
      group
        .map(([key, name], index) => ({
          name,
          color: index ? "var(--second)" : "var(--accent)",
          points: epochs.filter((line) => Number.isFinite(line[key])).map((line) => [line.epoch, line[key]]),
        }))
        .filter((line) => line.points.length))
    .filter((group) => group.length)
    .map((group) => lineChart(group.map((line) => line.name).join(" and "), group, { xName: "epoch" }));
}

const palette = [
  "#3b76af", "#d9792b", "#4a9a5b", "#b64a53", "#8565ab", "#8a6a5c", "#c978ae", "#7c7c7c", "#a9a132", "#43a5b5",
];
// Colors from low to high: blue, gray, orange.
const shade = (share) => {
  const ends = [[59, 118, 175], [168, 165, 158], [217, 121, 43]];
  const [from, to, t] = share < 0.5 ? [ends[0], ends[1], share * 2] : [ends[1], ends[2], share * 2 - 1];
  return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * t)).join(" ")})`;
};

// Latents as points on the two axes of largest variance. `moved` is called with the position of the pointer or of the
// marker after a key press, `passed` with the nearest point and its position in the canvas, or null.
class LatentMap {
  constructor(canvas, map, moved, passed) {
    Object.assign(this, { canvas, map, passed, marker: null, attribute: map.attributes[0] });
    const [xs, ys] = [map.points.map((p) => p[0]), map.points.map((p) => p[1])];
    const span = (values) => {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const pad = 0.04 * (high - low || 1);
      return [low - pad, high + pad];
    };
    [this.x, this.y] = [span(xs), span(ys)];
    const clamped = (place) => [this.x, this.y].map(([low, high], i) => Math.min(Math.max(place[i], low), high));
    const move = (place) => {
      this.marker = clamped(place);
      moved(this.marker);
      this.draw();
    };
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      const share = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
      const place = clamped([this.x, this.y].map(([low, high], i) => low + share[i] * (high - low)));
      move(place);
      this.pass(place, 14);
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons || event.pointerType === "mouse") point(event);
    });
    canvas.addEventListener("pointerleave", () => passed(null));
    canvas.addEventListener("blur", () => passed(null));
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const from = this.marker ?? [this.x, this.y].map(([low, high]) => (low + high) / 2);
      const share = event.shiftKey ? 0.1 : 0.02;
      move([this.x, this.y].map(([low, high], i) => from[i] + step[i] * share * (high - low)));
      this.pass(this.marker, Infinity);
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  // The position of a place in the canvas, in CSS pixels.
  spot([a, b]) {
    const { clientWidth, clientHeight } = this.canvas;
    return [
      ((a - this.x[0]) / (this.x[1] - this.x[0])) * clientWidth,
      (1 - (b - this.y[0]) / (this.y[1] - this.y[0])) * clientHeight,
    ];
  }

  // Reports the point nearest to a place, or null if none is within `limit` pixels.
  pass(place, limit) {
    const from = this.spot(place);
    let [nearest, least] = [-1, limit];
    this.map.points.forEach((point, index) => {
      const to = this.spot(point);
      const distance = Math.hypot(to[0] - from[0], to[1] - from[1]);
      if (distance < least) [nearest, least] = [index, distance];
    });
    this.passed(nearest < 0 ? null : { index: nearest, spot: this.spot(this.map.points[nearest]) });
  }

  color(index) {
    const attribute = this.attribute;
    if (!attribute) return palette[0];
    const value = attribute.values[index];
    if (attribute.classes) return palette[value % palette.length];
    return shade((value - attribute.low) / (attribute.high - attribute.low || 1));
  }

  draw() {
    const { canvas, map, marker } = this;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    const context = canvas.getContext("2d");
    const place = (point) => this.spot(point).map((value) => value * ratio);
    context.globalAlpha = 0.75;
    map.points.forEach((point, index) => {
      context.beginPath();
      context.arc(...place(point), 2.6 * ratio, 0, 7);
      context.fillStyle = this.color(index);
      context.fill();
    });
    if (!marker) return;
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(...place(marker), 7 * ratio, 0, 7);
    context.lineWidth = 2 * ratio;
    context.strokeStyle = getComputedStyle(canvas).color;
    context.stroke();
  }

  // The legend of the colors.
  key() {
    const attribute = this.attribute;
    if (!attribute) return element("div");
    if (attribute.classes) {
      const legend = element("div", { class: "legend" });
      attribute.classes.forEach((name, c) =>
        legend.append(element("span", { style: `--key:${palette[c % palette.length]}` }, name)));
      return legend;
    }
    const stops = [0, 0.25, 0.5, 0.75, 1].map(shade).join(",");
    const scale = element("div", { class: "scale", style: `background:linear-gradient(90deg,${stops})` });
    const ends = element("div", { class: "ends" });
    for (const end of [attribute.low, attribute.high]) ends.append(element("span", {}, short(end)));
    return element("div", {}, scale, ends);
  }
}
