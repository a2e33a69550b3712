// Puts the page's parts to work: charts, sliders over the decoder, the latent map.

const data = JSON.parse(document.getElementById("data").textContent);
const find = (selector) => document.querySelector(selector);

// A line of the history that is no JSON, of a program that was killed, is passed over.
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
      { name: "by the k-th", color: "var(--second)", points: points(data.variance) },
    ], { xName: "components", floor: 0 }));
}

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
  // Many moves of a slider between two frames are drawn once.
  views.push(() => {
    if (!scheduled) requestAnimationFrame(draw);
    scheduled = true;
  });

  // A slider over a coordinate of the latent; `get` reads it, `move` changes it.
  const addSlider = (parent, name, low, high, get, move) => {
    const input = element("input", { type: "range", min: low, max: high, step: "any" });
    const output = element("output");
    const text = element("span");
    text.innerHTML = name;
    parent.append(element("label", { class: "slider" }, text, output, input));
    input.addEventListener("input", () => {
      move(Number(input.value));
      show();
    });
    views.push(() => {
      const value = get();
      if (document.activeElement !== input || Math.abs(input.value - value) > 1e-3) input.value = value;
      output.textContent = value.toFixed(2).replace(/^-(0\.00)$/, "$1");
    });
  };
  const panel = find("#sliders");
  if (directions.length) panel.append(element("h3", {}, "Directions"));
  for (const { name, vector, low, high } of directions)
    addSlider(panel, name, Math.min(low, high), Math.max(low, high), () => dot(latent, vector), (value) => {
      const step = value - dot(latent, vector);
      vector.forEach((share, index) => (latent[index] += step * share));
    });
  panel.append(element("h3", {}, directions.length ? "Latents" : ""));
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
  find("#class")?.addEventListener("change", (event) => {
    label = Number(event.target.value);
    show();
  });
  // For the curious, and for the tests.
  window.report = { latent, label: () => label, set, decode: (z, c = 0) => decoder.decode(Float32Array.from(z), c) };
}

if (data.map) {
  const { origin, axes, attributes } = data.map;
  const latentMap = new LatentMap(find("#map"), data.map, (place) => {
    if (!data.decoder) return;
    window.report.set(origin.map((value, i) => value + place[0] * axes[0][i] + place[1] * axes[1][i]));
  });
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
