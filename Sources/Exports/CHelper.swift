/// A static function that statements in the file call.
enum CHelper: String {
  case dot, accumulate, dense, window, convolve, spread, softmax
  case denseTransposed = "dense_transposed"
  case random

  /// The helpers that this one calls. They precede it in the file.
  var needs: [CHelper] {
    switch self {
    case .dense: [.dot]
    case .denseTransposed: [.accumulate]
    case .convolve: [.dot, .window]
    case .spread: [.accumulate, .window]
    case .dot, .accumulate, .window, .softmax, .random: []
    }
  }

  func text(_ weights: CFile.Weights) -> String {
    let type = weights.type
    let scale = weights == .bytes ? ", const float *scale" : ""
    /// A factor in C: the scale of a row of the matrix.
    func scaled(_ row: String) -> String { weights == .bytes ? " * scale[\(row)]" : "" }
    return switch self {
    case .dot:
      """
      /* The sum of w[i] * x[i], in sixteen parts: a compiler keeps them in vectors, and they round less. */
      static float dot(const float *x, const \(type) *w, int count) {
        float s[16] = {0};
        int i = 0;
        for (; i + 16 <= count; i += 16)
          for (int k = 0; k < 16; ++k) s[k] += w[i + k] * x[i + k];
        for (; i < count; ++i) s[i & 15] += w[i] * x[i];
        for (int n = 8; n > 0; n /= 2)
          for (int k = 0; k < n; ++k) s[k] += s[k + n];
        return s[0];
      }

      """
    case .accumulate:
      """
      /* y += a * w */
      static void accumulate(float a, const \(type) *w, int count, float *y) {
        for (int i = 0; i < count; ++i) y[i] += a * w[i];
      }

      """
    case .dense:
      """
      /* y = W * x + b, with W of outputs x inputs */
      static void dense(const float *x, const \(type) *w\(scale), const float *b, int inputs, int outputs,
                        float *y) {
        for (int o = 0; o < outputs; ++o)
          y[o] = dot(x, w + o * inputs, inputs)\(scaled("o")) + (b ? b[o] : 0);
      }

      """
    case .denseTransposed:
      """
      /* y = W * x + b, with W of inputs x outputs */
      static void dense_transposed(const float *x, const \(type) *w\(scale), const float *b, int inputs,
                                   int outputs, float *y) {
        for (int o = 0; o < outputs; ++o) y[o] = b ? b[o] : 0;
        for (int i = 0; i < inputs; ++i) accumulate(x[i]\(scaled("i")), w + i * outputs, outputs, y);
      }

      """
    case .window:
      """
      /* A window that slides over a large image, and one pixel of a small one for each of its places. */
      struct window {
        int height, width, channels;
        int small_height, small_width, small_channels;
        int rows, columns, stride_y, stride_x, padding_y, padding_x;
      };

      """
    case .convolve:
      """
      /* Each pixel of y: the window's pixels of x times the weights of each filter. */
      static void convolve(const float *x, const \(type) *w\(scale), const float *b, const struct window *s,
                           float *y) {
        for (int p = 0; p < s->small_height * s->small_width; ++p) {
          const int top = p / s->small_width * s->stride_y - s->padding_y;
          const int left = p % s->small_width * s->stride_x - s->padding_x;
          const int from = left < 0 ? -left : 0;
          const int to = left + s->columns > s->width ? s->width - left : s->columns;
          for (int k = 0; k < s->small_channels; ++k) {
            float sum = 0;
            for (int t = 0; t < s->rows; ++t)
              if (top + t >= 0 && top + t < s->height && from < to)
                sum += dot(x + ((top + t) * s->width + left + from) * s->channels,
                           w + ((k * s->rows + t) * s->columns + from) * s->channels,
                           (to - from) * s->channels);
            *y++ = sum\(scaled("k")) + (b ? b[k] : 0);
          }
        }
      }

      """
    case .spread:
      """
      /* The way back: each pixel of x times the weights of its channels, added to the window's pixels of y. */
      static void spread(const float *x, const \(type) *w\(scale), const float *b, const struct window *s,
                         float *y) {
        for (int i = 0; i < s->height * s->width * s->channels; ++i) y[i] = b ? b[i % s->channels] : 0;
        for (int p = 0; p < s->small_height * s->small_width; ++p) {
          const int top = p / s->small_width * s->stride_y - s->padding_y;
          const int left = p % s->small_width * s->stride_x - s->padding_x;
          const int from = left < 0 ? -left : 0;
          const int to = left + s->columns > s->width ? s->width - left : s->columns;
          for (int k = 0; k < s->small_channels; ++k, ++x)
            for (int t = 0; t < s->rows; ++t)
              if (top + t >= 0 && top + t < s->height && from < to)
                accumulate(*x\(scaled("k")), w + ((k * s->rows + t) * s->columns + from) * s->channels,
                           (to - from) * s->channels,
                           y + ((top + t) * s->width + left + from) * s->channels);
        }
      }

      """
    case .softmax:
      """
      static void softmax(const float *x, int count, float *y) {
        float largest = x[0], sum = 0;
        for (int i = 1; i < count; ++i)
          if (x[i] > largest) largest = x[i];
        for (int i = 0; i < count; ++i) sum += y[i] = expf(x[i] - largest);
        for (int i = 0; i < count; ++i) y[i] /= sum;
      }

      """
    case .random:
      """
      /* The four words of a counter of Philox4x32-10 (Salmon et al. 2011). */
      static void random_words(uint64_t seed, uint64_t counter, uint32_t purpose, uint32_t w[4]) {
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
        uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32), c2 = 0, c3 = purpose;
        for (int i = 0; i < 10; ++i) {
          const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
          c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
          c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
          c1 = (uint32_t)p1;
          c3 = (uint32_t)p0;
          k0 += 0x9E3779B9u;
          k1 += 0xBB67AE85u;
        }
        w[0] = c0, w[1] = c1, w[2] = c2, w[3] = c3;
      }

      """
    }
  }
}
