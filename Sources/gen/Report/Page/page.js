// Sets up the parts of the page: charts, sliders for the decoder, the latent map.

const data = JSON.parse(document.getElementById("data").textContent);
const find = (selector) => document.querySelector(selector);

// Lines of the history that are not JSON, from a program that was killed, are skipped.
const history = (data.history ?? []).flatMap((line) => {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
});
find("#history")?.append(...historyCharts(history));
if (data.variance) {
  const points = (values) => values.map((value, index) => [index + 1, value]);
  let sum = 0;
  const total = data.variance.map((ratio) => (sum += ratio));
  find("#variance").append(
    lineChart("explained variance", [
      { name: "explained by the first k components", color: "var(--accent)", points: points(total) },
      { name: "explained by component k", color: "var(--second)", points: points(data.variance) },
    ], { xName: "components", floor: 0 }));
}

const escaped = (text) => element("span", {}, text).innerHTML;
const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
const views = [];
let show = () => views.forEach((view) => view());

if (data.decoder) {
  const { mean, initial, deviation, sliders, directions, starts, classes } = data.decoder;
  const { height, width, channels } = data.shape;
  const decoder = new Decoder(data.decoder);
  const latent = Float32Array.from(initial);
  let label = 0;
  let scheduled = false;

  const set = (values) => {
    latent.set(values);
    show();
  };
  const draw = () => {
    scheduled = false;
    const pixels = decoder.decode(latent, label);
    for (const canvas of document.querySelectorAll("canvas.live")) {
      const context = canvas.getContext("2d");
      const image = context.createImageData(width, height);
      for (let i = 0; i < width * height; i++) {
        for (let c = 0; c < 3; c++) image.data[4 * i + c] = Math.round(255 * pixels[i * channels + (channels < 3 ? 0 : c)]);
        image.data[4 * i + 3] = channels === 4 ? Math.round(255 * pixels[4 * i + 3]) : 255;
      }
      context.putImageData(image, 0, 0);
    }
  };
  // Several moves of a slider between two frames are drawn once.
  views.push(() => {
    if (!scheduled) requestAnimationFrame(draw);
    scheduled = true;
  });

  // Adds a slider for a coordinate of the latent. `get` reads the coordinate, `move` changes it.
  const addSlider = (parent, name, low, high, get, move) => {
    const id = `slider-${parent.querySelectorAll("input").length}`;
    const input = element("input", { id, type: "range", min: low, max: high, step: "any" });
    const output = element("output", { for: id });
    const text = element("label", { for: id });
    text.innerHTML = name;
    const first = get();
    const reset = element("button", { class: "reset", "aria-label": `Reset ${text.textContent}`, title: "Reset" }, "↺");
    parent.append(element("div", { class: "slider" }, text, output, reset, input));
    const change = (value) => {
      move(value);
      show();
    };
    input.addEventListener("input", () => change(Number(input.value)));
    reset.addEventListener("click", () => change(first));
    views.push(() => {
      const value = get();
      if (document.activeElement !== input || Math.abs(input.value - value) > 1e-3) input.value = value;
      output.textContent = value.toFixed(2).replace(/^-(0\.00)$/, "$1");
    });
  };
  const panel = find("#sliders");
  if (directions.length) panel.append(element("h3", {}, "Directions"));
  for (const { name, vector, low, high } of directions)
    addSlider(panel, escaped(name), Math.min(low, high), Math.max(low, high), () => dot(latent, vector), (value) => {
      const step = value - dot(latent, vector);
      vector.forEach((share, index) => (latent[index] += step * share));
    });
  if (directions.length) panel.append(element("h3", {}, "Latents"));
  for (const axis of sliders)
    addSlider(panel, `z<sub>${axis + 1}</sub>`, mean[axis] - 3 * deviation[axis], mean[axis] + 3 * deviation[axis],
      () => latent[axis], (value) => (latent[axis] = value));

  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  find("#mean").addEventListener("click", () => set(mean));
  find("#random").addEventListener("click", () => set(mean.map((value, i) => value + deviation[i] * normal())));
  starts.forEach(({ picture, name, values, label: own }) => {
    const button = element("button", { title: name }, element("img", { src: picture, alt: name }));
    button.addEventListener("click", () => {
      if (classes) find("#class").value = label = own;
      set(values);
    });
    find("#starts").append(button);
  });
  const say = (text) => (find("#said").textContent = text);
  // Each pixel of the decoded image becomes a square, so that the saved file is large enough to view.
  find("#save").addEventListener("click", () => {
    draw();
    const live = find("canvas.live");
    const size = Math.max(1, Math.round(512 / Math.max(width, height)));
    const copy = element("canvas", { width: size * width, height: size * height });
    const context = copy.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(live, 0, 0, copy.width, copy.height);
    element("a", { href: copy.toDataURL("image/png"), download: `${document.title}.png` }).click();
    say("The image is saved.");
  });

  // The state as the fragment of the URL: the latent and, if the model is conditional, the class.
  const address = () => {
    const numbers = [...latent].map((value) => Number(value.toPrecision(4)));
    return `#z=${numbers.join(",")}` + (classes ? `&class=${label}` : "");
  };
  const restore = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const values = (state.get("z") ?? "").split(",").map(Number);
    if (values.length !== latent.length || !values.every(Number.isFinite)) return;
    if (classes && Number(state.get("class")) < classes) find("#class").value = label = Number(state.get("class"));
    set(values);
  };
  find("#link").addEventListener("click", async () => {
    window.history.replaceState(null, "", address());
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied.");
      find("#link").textContent = "Copied";
    } catch {
      say("The link is in the address bar.");
      find("#link").textContent = "In the address bar";
    }
    setTimeout(() => (find("#link").textContent = "Copy link"), 2000);
  });
  window.addEventListener("hashchange", restore);
  restore();
  find("#class")?.addEventListener("change", (event) => {
    label = Number(event.target.value);
    show();
  });
  // For the browser's console and for the tests.
  window.report = { latent, label: () => label, set, decode: (z, c = 0) => decoder.decode(Float32Array.from(z), c) };
}

if (data.map) {
  const { origin, axes, attributes } = data.map;
  const [tip, near] = [find("#tip"), find("#near")];
  const { names, thumbnails } = data.map;
  const sheet = thumbnails && element("img", { src: thumbnails.picture, alt: "" });
  // Shows the row of a dot as a thumbnail next to it.
  const passed = (found) => {
    tip.hidden = !found;
    near.textContent = found ? names[found.index] : "";
    if (!found) return;
    tip.lastElementChild.textContent = names[found.index];
    const picture = tip.firstElementChild;
    picture.hidden = !sheet;
    if (sheet) {
      const { columns, height, width } = thumbnails;
      Object.assign(picture, { width, height });
      picture.getContext("2d").drawImage(
        sheet, (found.index % columns) * width, Math.floor(found.index / columns) * height, width, height, 0, 0, width,
        height);
    }
    const [left, top] = found.spot;
    const plane = find("#map");
    tip.style.left = `${Math.max(0, Math.min(left + 12, plane.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${top > tip.offsetHeight + 14 ? top - tip.offsetHeight - 12 : top + 14}px`;
  };
  const latentMap = new LatentMap(find("#map"), data.map, (place) => {
    if (!data.decoder) return;
    window.report.set(origin.map((value, i) => value + place[0] * axes[0][i] + place[1] * axes[1][i]));
  }, passed);
  const renew = () => {
    find("#key").replaceChildren(latentMap.key());
    latentMap.draw();
  };
  const choice = find("#attribute");
  attributes.forEach(({ name }, index) => choice?.append(element("option", { value: index }, name)));
  choice?.addEventListener("change", () => {
    latentMap.attribute = attributes[choice.value];
    renew();
  });
  if (data.decoder)
    views.push(() => {
      const offset = origin.map((value, i) => window.report.latent[i] - value);
      latentMap.marker = axes.map((axis) => dot(offset, axis));
      latentMap.draw();
    });
  renew();
}
show();

// The page of a running fit reloads itself.
if (data.reload) {
  const timer = setTimeout(() => location.reload(), 1000 * data.reload);
  find("#pause").addEventListener("click", () => {
    clearTimeout(timer);
    find("#pause").textContent = "Stopped";
  });
}
