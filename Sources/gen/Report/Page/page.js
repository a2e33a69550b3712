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

// The point of the path from a to b at t: on a straight line, or on an arc around the origin along which the length
// changes uniformly, as gen interpolate walks.
function between(a, b, t, isSpherical) {
  const [p, q] = [Math.hypot(...a), Math.hypot(...b)];
  const cosine = p && q ? dot(a, b) / (p * q) : 1;
  const angle = Math.acos(Math.min(Math.max(cosine, -1), 1));
  if (!isSpherical || Math.sin(angle) < 1e-6) return a.map((value, i) => (1 - t) * value + t * b[i]);
  const [from, to] = [Math.sin((1 - t) * angle) / p, Math.sin(t * angle) / q];
  const length = ((1 - t) * p + t * q) / Math.sin(angle);
  return a.map((value, i) => length * (from * value + to * b[i]));
}

// Paints a row of the model on a canvas of its size.
function paint(canvas, pixels) {
  const { height, width, channels } = data.shape;
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = Math.round(255 * pixels[i * channels + (channels < 3 ? 0 : c)]);
    image.data[4 * i + 3] = channels === 4 ? Math.round(255 * pixels[4 * i + 3]) : 255;
  }
  context.putImageData(image, 0, 0);
}

// An image file as a row of the model: scaled to cover it and cropped to the center, on white where it is transparent.
async function rowOf(file) {
  const { height, width, channels } = data.shape;
  const image = await createImageBitmap(file);
  const scale = Math.max(width / image.width, height / image.height);
  const size = [Math.round(image.width * scale), Math.round(image.height * scale)];
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (channels < 4) {
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingQuality = "high";
  context.drawImage(image, Math.round((width - size[0]) / 2), Math.round((height - size[1]) / 2), ...size);
  const { data: bytes } = context.getImageData(0, 0, width, height);
  const row = new Float32Array(height * width * channels);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = bytes.subarray(4 * i, 4 * i + 3);
    if (channels === 1) row[i] = (0.299 * r + 0.587 * g + 0.114 * b) / 255;
    else for (let c = 0; c < channels; c++) row[i * channels + c] = bytes[4 * i + c] / 255;
  }
  return row;
}

if (data.decoder) {
  const { mean, initial, deviation, sliders, directions, starts, classes, spherical } = data.decoder;
  const { height, width } = data.shape;
  const decoder = new Program(data.decoder.program);
  const encoder = data.decoder.encoder && new Program(data.decoder.encoder);
  const latent = Float32Array.from(initial);
  let label = 0;
  let scheduled = false;

  const set = (values) => {
    latent.set(values);
    show();
  };
  const decode = (values, c = label) => decoder.run(Float32Array.from(values), c).rows;
  const encode = (row, c = label) => {
    const { latents, mean: center } = encoder.run(row, c);
    return [...(latents ?? center)];
  };
  const draw = () => {
    scheduled = false;
    const pixels = decode(latent);
    for (const canvas of document.querySelectorAll("canvas.live")) paint(canvas, pixels);
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

  // The walk: its ends are latents, the first two images until others are chosen.
  const walk = find("#walk");
  const ends = { a: [...(starts[0]?.values ?? mean)], b: [...(starts[1]?.values ?? mean)] };
  const showEnds = () => Object.entries(ends).forEach(([name, values]) => paint(find(`#end-${name}`), decode(values)));
  for (const name of ["a", "b"])
    find(`#set-${name}`).addEventListener("click", () => {
      ends[name] = [...latent];
      walk.value = name === "a" ? 0 : 1;
      showEnds();
      say(`The image is end ${name.toUpperCase()} of the walk.`);
    });
  walk.addEventListener("input", () => set(between(ends.a, ends.b, Number(walk.value), spherical)));

  // An image of one's own: chosen, dropped or pasted, encoded, and shown as the model sees it.
  let own = null;
  const encodeOwn = async (file) => {
    if (!file) return;
    try {
      own = await rowOf(file);
    } catch {
      return (find("#own-said").textContent = `${file.name} is not an image that the browser can read.`);
    }
    find("#own-image").hidden = false;
    paint(find("#own-image"), own);
    set(encode(own));
    const error = decode(latent).reduce((sum, value, i) => sum + (value - own[i]) ** 2, 0) / own.length;
    find("#own-said").textContent =
      `${file.name || "The image"} is encoded, and the large image is its reconstruction: ` +
      `PSNR ${(-10 * Math.log10(error)).toFixed(1)} dB.`;
  };
  if (encoder) {
    find("#own").addEventListener("change", (event) => encodeOwn(event.target.files[0]));
    const drop = find(".bench");
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("dropping");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("dropping"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("dropping");
      encodeOwn(event.dataTransfer.files[0]);
    });
    document.addEventListener("paste", (event) => encodeOwn(event.clipboardData.files[0]));
  }

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

  // The state as the fragment of the URL: the latent, the ends of the walk and, if the model is conditional, the class.
  const address = () => {
    const list = (values) => [...values].map((value) => Number(value.toPrecision(4))).join(",");
    return `#z=${list(latent)}&a=${list(ends.a)}&b=${list(ends.b)}&t=${Number(walk.value).toFixed(3)}` +
      (classes ? `&class=${label}` : "");
  };
  const restore = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const read = (name) => {
      const values = (state.get(name) ?? "").split(",").map(Number);
      return values.length === latent.length && values.every(Number.isFinite) ? values : null;
    };
    if (classes && Number(state.get("class")) < classes) find("#class").value = label = Number(state.get("class"));
    ends.a = read("a") ?? ends.a;
    ends.b = read("b") ?? ends.b;
    walk.value = Number(state.get("t") ?? 0);
    showEnds();
    set(read("z") ?? latent);
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
    showEnds();
    show();
  });
  // For the browser's console and for the tests.
  window.report = { latent, label: () => label, own: () => own, set, decode, encode };
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
