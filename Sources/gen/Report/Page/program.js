// Runs a part of a model in the page: the steps that the library exports as JSON, for one row.

const activations = {
  relu: () => (x) => Math.max(0, x),
  leaky_relu: ({ slope }) => (x) => (x > 0 ? x : slope * x),
  silu: () => (x) => x / (1 + Math.exp(-x)),
  elu: () => (x) => (x > 0 ? x : Math.expm1(x)),
  tanh: () => Math.tanh,
  softplus: () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sigmoid: () => (x) => 1 / (1 + Math.exp(-x)),
  exponential: () => Math.exp,
  clamp: ({ low, high }) => (x) => Math.min(Math.max(x, low), high),
};

// Decodes little-endian float16 or float32 numbers from base64.
function decodedNumbers(text, isHalf) {
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

class Program {
  constructor({ input, n_classes, steps, outputs, numbers, half }) {
    const values = decodedNumbers(numbers, half);
    const taken = (place) => place && values.subarray(place[0], place[0] + place[1]);
    this.classes = n_classes;
    this.outputs = outputs;
    this.shapes = [input.shape, ...steps.map((step) => step.shape)];
    // The values that steps compute, each in an array that is used again for the next row.
    this.values = [null, ...steps.map(({ shape }) => new Float32Array(shape[0] * shape[1] * shape[2]))];
    this.steps = steps.map((step) => ({
      ...step, weight: taken(step.weight), bias: taken(step.bias), by: taken(step.by),
      activation: activations[step.op]?.(step),
    }));
  }

  // Returns the outputs by name. The label is used if the program is conditional.
  run(row, label = 0) {
    this.values[0] = row;
    this.steps.forEach((step, index) => this.compute(step, this.values[step.input], this.values[index + 1], label));
    return Object.fromEntries(this.outputs.map(({ name, value }) => [name, this.values[value]]));
  }

  compute(step, x, y, label) {
    const { op, weight, bias, by, activation } = step;
    const from = this.shapes[step.input];
    const other = this.values[step.other];
    if (activation) for (let i = 0; i < y.length; i++) y[i] = activation(x[i]);
    else if (op === "dense") dense(step, x, y);
    else if (op === "convolution") convolve(step, y, step.shape, x, from);
    else if (op === "transposed_convolution") convolve(step, x, from, y, step.shape);
    else if (op === "scale") for (let i = 0; i < y.length; i++) y[i] = x[i] * by[i % by.length];
    else if (op === "offset") for (let i = 0; i < y.length; i++) y[i] = x[i] + by[i % by.length];
    else if (op === "class_offset") {
      const channels = by.length / this.classes;
      for (let i = 0; i < y.length; i++) y[i] = x[i] + by[label * channels + (i % channels)];
    } else if (op === "class_dense") y[0] = x.reduce((sum, v, i) => sum + weight[label * x.length + i] * v, bias[0]);
    else if (op === "softmax") {
      const most = Math.max(...x);
      const sum = x.reduce((total, v) => total + Math.exp(v - most), 0);
      for (let i = 0; i < y.length; i++) y[i] = Math.exp(x[i] - most) / sum;
    } else if (op === "pad") frame(step, x, from, y, step.shape, (inner, outer) => (y[outer] = x[inner]));
    else if (op === "crop") frame(step, y, step.shape, x, from, (inner, outer) => (y[inner] = x[outer]));
    else if (op === "reshape") y.set(x);
    else if (op === "slice") y.set(x.subarray(step.first, step.first + y.length));
    else if (op === "add") for (let i = 0; i < y.length; i++) y[i] = x[i] + other[i];
    else if (op === "subtract") for (let i = 0; i < y.length; i++) y[i] = x[i] - other[i];
    else if (op === "multiply") for (let i = 0; i < y.length; i++) y[i] = x[i] * other[i];
    else if (op === "sum") y[0] = x.reduce((sum, v) => sum + v, 0);
    else throw new Error(`unknown operation ${op}`);
  }
}

function dense({ weight, bias }, x, y) {
  for (let o = 0, w = 0; o < y.length; o++) {
    let sum = bias ? bias[o] : 0;
    for (let i = 0; i < x.length; i++, w++) sum += weight[w] * x[i];
    y[o] = sum;
  }
}

// The weight is filters x height x width x channels, where the filters are the channels of the small image and the
// channels those of the large one. A convolution goes from the large image to the small one, and a transposed
// convolution goes back.
function convolve(step, small, [rows, columns, filters], large, [height, width, channels]) {
  const { weight, bias, kernel, stride, padding } = step;
  const isUp = step.op === "transposed_convolution";
  const y = isUp ? large : small;
  for (let i = 0; i < y.length; i++) y[i] = bias ? bias[i % bias.length] : 0;
  for (let r = 0; r < rows; r++)
    for (let s = 0; s < columns; s++)
      for (let k = 0; k < filters; k++) {
        const place = (r * columns + s) * filters + k;
        const value = small[place];
        if (isUp && value === 0) continue;
        let sum = 0;
        for (let ty = 0; ty < kernel[0]; ty++) {
          const i = r * stride[0] - padding[0] + ty;
          if (i < 0 || i >= height) continue;
          for (let tx = 0; tx < kernel[1]; tx++) {
            const j = s * stride[1] - padding[1] + tx;
            if (j < 0 || j >= width) continue;
            const w = ((k * kernel[0] + ty) * kernel[1] + tx) * channels;
            const pixel = (i * width + j) * channels;
            if (isUp) for (let c = 0; c < channels; c++) large[pixel + c] += value * weight[w + c];
            else for (let c = 0; c < channels; c++) sum += large[pixel + c] * weight[w + c];
          }
        }
        if (!isUp) small[place] += sum;
      }
}

// Calls `copy` with the indices of each value of a small image, in it and in the large image that contains it.
function frame({ op, top, left }, small, [rows, columns, channels], large, [, width], copy) {
  if (op === "pad") large.fill(0);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns * channels; j++)
      copy(i * columns * channels + j, ((top + i) * width + left) * channels + j);
}
