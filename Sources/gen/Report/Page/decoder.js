// A model's decoder in the page, as the library computes it: dense layers, transposed 4 x 4 convolutions of stride 2,
// center crops and pixel biases. The page contains their parameters.

const activations = {
  identity: (x) => x,
  relu: (x) => Math.max(0, x),
  leaky_relu: (x) => (x > 0 ? x : 0.2 * x),
  silu: (x) => x / (1 + Math.exp(-x)),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  tanh: Math.tanh,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  // Computed in [-1, 1], shown in [0, 1].
  unit_tanh: (x) => (Math.tanh(x) + 1) / 2,
};

// Decodes little-endian float16 or float32 numbers from base64.
function numbers(text, isHalf) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  if (!isHalf) return new Float32Array(bytes.buffer);
  const halves = new Uint16Array(bytes.buffer);
  const values = new Float32Array(halves.length);
  for (let i = 0; i < values.length; i++) {
    const [exponent, fraction] = [(halves[i] >> 10) & 31, halves[i] & 1023];
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024;
    values[i] = halves[i] & 0x8000 ? -size : size;
  }
  return values;
}

class Decoder {
  constructor(description) {
    const values = numbers(description.weights, description.half);
    let position = 0;
    const take = (count) => values.subarray(position, (position += count));
    this.layers = description.layers.map((layer) => ({
      ...layer,
      weight: take(layer.n_weights),
      bias: take(layer.n_biases),
      classBias: take(layer.n_class_biases),
      output: new Float32Array(layer.height * layer.width * layer.channels),
    }));
  }

  // Decodes a latent to a row of floats. The label is used if the model is conditional.
  decode(latent, label) {
    let input = latent;
    let before = null;
    for (const layer of this.layers) {
      const y = layer.output;
      const channels = layer.n_biases;
      const ofClass = layer.classBias.length ? label * channels : -1;
      for (let i = 0; i < y.length && channels; i++) {
        const c = i % channels;
        y[i] = layer.bias[c] + (ofClass < 0 ? 0 : layer.classBias[ofClass + c]);
      }
      if (layer.kind === "crop") crop(layer, before, input, y);
      else if (layer.kind === "dense") addDense(layer, input, y);
      else if (layer.kind === "transposed") addTransposed(layer, input, y);
      else for (let i = 0; i < y.length; i++) y[i] += input[i];
      const activation = activations[layer.activation];
      for (let i = 0; i < y.length; i++) y[i] = activation(y[i]);
      input = y;
      before = layer;
    }
    return input;
  }
}

// Crops the center of the previous layer's image.
function crop(layer, before, x, y) {
  const [top, left] = [(before.height - layer.height) >> 1, (before.width - layer.width) >> 1];
  const count = layer.width * layer.channels;
  for (let i = 0; i < layer.height; i++) {
    const start = ((top + i) * before.width + left) * layer.channels;
    y.set(x.subarray(start, start + count), i * count);
  }
}

function addDense(layer, x, y) {
  const { weight } = layer;
  const inputs = x.length;
  for (let o = 0, w = 0; o < y.length; o++) {
    let sum = y[o];
    for (let i = 0; i < inputs; i++, w++) sum += weight[w] * x[i];
    y[o] = sum;
  }
}

// y[2 o - 1 + t, c] += sum over k of x[o, k] W[k, t, c], t = 0 ... 3 down and across.
function addTransposed(layer, x, y) {
  const { weight, height, width, channels } = layer;
  const [rows, columns] = [height / 2, width / 2];
  const inputs = x.length / (rows * columns);
  for (let r = 0; r < rows; r++)
    for (let s = 0; s < columns; s++)
      for (let k = 0; k < inputs; k++) {
        const value = x[(r * columns + s) * inputs + k];
        if (value === 0) continue;
        for (let ty = 0; ty < 4; ty++) {
          const i = 2 * r - 1 + ty;
          if (i < 0 || i >= height) continue;
          for (let tx = 0; tx < 4; tx++) {
            const j = 2 * s - 1 + tx;
            if (j < 0 || j >= width) continue;
            const from = ((k * 4 + ty) * 4 + tx) * channels;
            const to = (i * width + j) * channels;
            for (let c = 0; c < channels; c++) y[to + c] += value * weight[from + c];
          }
        }
      }
}
