import CGenerative
import Models
import Options
import Training

// Tables of options that a single call reads and no model stores. Those of models and fits are in their own
// modules.

extension OptionTable {
  static let context = OptionTable(
    "context",
    OptionRow.rows(
      """
      n_threads           whole 1 64 = auto : number of threads; auto: GEN_THREADS, else the number of usable cores
      memory_limit        whole 1 * = auto : maximum bytes for data, models and working memory together; auto: no limit
      allocate            pointer : function of the host that allocates memory
      release             pointer : function of the host that releases memory
      parallel_for        pointer : function of the host that runs a parallel loop
      user_data           pointer : pointer passed to these functions
      direct_convolutions flag = false : sum every convolution term by term, without Winograd's algorithm
      log                 pointer : function that receives log messages
      max_image_pixels    whole 1 1099511627776 = 67108864 : maximum number of pixels of an image
      max_png_chunk_bytes whole 1 2147483647 = 8388608 : maximum size of an ancillary chunk of a PNG file
      max_model_bytes     whole 1 1099511627776 = 4294967296 : maximum size of all tensors of a model
      max_image_side      whole 1 1000000 = 16384 : maximum side of an image in pixels
      max_jpeg_scans      whole 1 100000 = 500 : maximum number of scans of a JPEG file
      max_tensors         whole 1 16777216 = 65536 : maximum number of tensors of a model
      max_tensor_name     whole 1 65535 = 255 : maximum length of the name of a tensor in bytes
      """))

  static let memory = OptionTable(
    "memory",
    OptionRow.rows(
      """
      dtype          word u8 f32 f64 = f32 : element type of the rows
      borrow         flag = false : use the memory in place; it must outlive the dataset unchanged
      n_rows         whole 1 2147483647 = 0 : number of rows
      height         whole 1 16777216 = 1 : height of a row
      width          whole 1 16777216 = 1 : width of a row
      channels       whole 1 16777216 = 1 : channels of a row; for a table, its columns
      row_stride     whole * * = 0 : bytes from one row to the next; 0: packed
      element_stride whole * * = 0 : bytes from one element of a row to the next; 0: packed
      unchecked      flag = false : check for NaN and infinity only in calls that read the rows
      labels         pointer : class number of each row
      context        pointer : context with the memory, threads and limits to use
      """))

  static let open = OptionTable(
    "open",
    OptionRow.rows(
      """
      height       whole 1 16777216 = auto : height of a row, to which images are resized; auto: that of the data
      width        whole 1 16777216 = auto : width of a row, to which images are resized; auto: that of the data
      channels     whole 1 16777216 = auto : channels of a row; images: 1 gray, 3 RGB, 4 RGBA; auto: those of the data
      max_rows     whole 1 2147483647 = auto : number of rows to read, drawn by seed; auto: all
      seed         seed = 0 : seed that draws max_rows rows
      subfolders   word auto classes pool ignore = auto : how subfolders of images are read
      lazy         flag = false : decode images each time they are read
      labels       pointer : file of labels
      label_column pointer : column of the classes
      columns      pointer : columns to read, separated by commas
      omit         pointer : columns to leave out
      files        pointer : files of a folder to read
      n_files      whole 0 2147483647 = 0 : number of files
      decode       pointer : function that decodes images of other formats
      user_data    pointer : pointer passed to decode
      context      pointer : context with the memory, threads and limits to use
      """) + resizeRows + tolerantRow)

  private static let resizeRows = OptionRow.rows(
    """
    resize      word cover contain stretch = cover \
    : how an image fills the row: cover and cut, contain and pad with background, or stretch
    filter      word triangle lanczos nearest = triangle : filter used for resizing
    crop_height whole 1 1000000 = auto : height cut out of each image before resizing; auto: the whole image
    crop_width  whole 1 1000000 = auto : width cut out of each image before resizing; auto: the whole image
    place_x     number [0 1] = 0.5 : horizontal position of the cut or contained part: 0 left, 1 right
    place_y     number [0 1] = 0.5 : vertical position of the cut or contained part: 0 top, 1 bottom
    background  number [0 1] = 0 : gray value around a contained image
    """)

  private static let tolerantRow = OptionRow.rows(
    "tolerant flag = false : read images with missing pixels, which become gray, instead of rejecting them")

  static let resize = OptionTable("resize", resizeRows)

  static let stream = OptionTable(
    "stream",
    OptionRow.rows(
      """
      height       whole 1 16777216 = 1 : height of a row
      width        whole 1 16777216 = 1 : width of a row
      channels     whole 1 16777216 = 1 : channels of a row; for a table, its columns
      read         pointer : function that returns the next rows
      rewind       pointer : function called before each pass
      user_data    pointer : pointer passed to read and rewind
      shuffle_rows whole 0 2147483647 = 4096 : number of rows in the shuffle buffer; 0: keep the order
      context      pointer : context with the memory, threads and limits to use
      read_labelled pointer : function that returns the next rows and their classes, used instead of read
      """))

  static let faces = OptionTable(
    "faces",
    OptionRow.rows(
      """
      n_rows   whole 1 2147483647 = 10000 : number of faces
      height   whole 16 128 = 32 : height in pixels
      width    whole 16 128 = 32 : width in pixels
      channels whole 1 3 = 3 : number of channels: 1 gray or 3 RGB
      seed     seed = 0 : seed of the faces
      context  pointer : context with the memory, threads and limits to use
      """))

  static let loadImage = OptionTable(
    "load_image",
    OptionRow.rows(
      """
      channels whole 1 4 = auto : number of channels: 1 gray, 3 RGB, 4 RGBA; auto: as in the file
      context  pointer : context with the memory, threads and limits to use
      """) + tolerantRow)

  static let grid = OptionTable(
    "grid",
    OptionRow.rows(
      """
      n_columns  whole 1 2147483647 = auto : number of columns; auto: as square as possible
      padding    whole 0 1024 = 2 : pixels between and around the cells
      enlarge    whole 1 64 = 1 : factor by which each pixel is enlarged
      background number [0 1] = 1 : gray value of the padding
      stretch    flag = false : scale each cell to its own minimum and maximum
      context    pointer : context with the memory, threads and limits to use
      """))

  static let saveImage = OptionTable(
    "save_image", OptionRow.rows("jpeg_quality whole 1 100 = 90 : quality of a JPEG file"))

  static let moments = OptionTable(
    "moments",
    OptionRow.rows(
      """
      n_features   whole 1 65536 = 0 : number of columns
      n_directions whole 1 65536 = auto : number of directions of a sketch; auto: keep all products
      seed         seed = 0 : seed of the directions
      context      pointer : context with the memory, threads and limits to use
      """))

  static let reservoir = OptionTable(
    "reservoir",
    OptionRow.rows(
      """
      n_features whole 1 65536 = 0 : number of columns
      capacity   whole 1 2147483647 = 10000 : maximum number of rows to keep
      seed       seed = 0 : seed of the sample; reservoirs can be merged only if their seeds are equal
      context    pointer : context with the memory, threads and limits to use
      """))

  static let direction = OptionTable(
    "direction",
    OptionRow.rows(
      """
      method   word regression means = regression : how to find the direction
      others   pointer : directions that the result is orthogonal to
      n_others whole 0 4096 = 0 : number of other directions
      ridge    double [0 1e6] = 1e-3 : share of the mean variance of the latents that regression adds to each variance
      """))

  static let invert = OptionTable(
    "invert",
    OptionRow.rows(
      """
      generator     word average last = average : generator of the GAN to use
      n_steps       whole 1 1000000 = 200 : number of Adam steps per start
      n_starts      whole 1 10000 = 1 : number of starts per row; the best result is kept
      seed          seed = 0 : seed of the starts after the first
      learning_rate number (0 *] = 0.05 : initial learning rate, which falls to zero along half a cosine
      prior_weight  number [0 *] = auto \
      : weight of |latent|^2 / 2, added to the squared error; auto: 0; masked rows: twice the variance of a Gaussian VAE, \
      0.05 for a Bernoulli VAE and a GAN
      start         pointer : latents of the first start of each row
      labels        pointer : class of each row, for a conditional model
      mask          pointer : which values of the rows are known
      n_masks       whole 0 2147483647 = 0 : number of masks: 1 for all rows, or one per row
      """))

  static let mixture = OptionTable(
    "mixture",
    OptionRow.rows(
      """
      covariance     word full diagonal = full : shape of the covariance of each component
      n_components   whole 1 4096 = 10 : number of components
      n_starts       whole 1 1000 = 1 : number of fits; the most likely result is kept
      max_iterations whole 1 1000000 = 200 : maximum number of iterations per fit
      tolerance      double (0 *] = 1e-3 : stop when the mean log-likelihood per row rises by less, in nats
      regularization double [0 *] = 1e-6 : value added to each variance
      seed           seed = 0 : seed of the starts and of the latents drawn for a VAE
      """))

  static let linear = OptionTable(
    "linear",
    OptionRow.rows(
      """
      loss           word logistic squared_hinge = logistic : loss to minimize
      c              double (0 *] = 1 : weight of the sum of losses, relative to |W|^2 / 2
      tolerance      double [1e-12 1] = 1e-6 : stop when the gradient norm has fallen to this share of the first
      max_iterations whole 1 2147483647 = 1000 : maximum number of iterations
      """))

  static let run = OptionTable(
    "run",
    OptionRow.rows(
      """
      event     pointer : function that receives events
      user_data pointer : pointer passed to event
      token     pointer : token that stops the call
      """))

  /// All tables of structs that a caller fills.
  static let all = [
    run, context, memory, open, stream, faces, loadImage, resize, grid, saveImage,
    PCA.Options.options.table,
    Autoencoder.Options.options.table, VAE.Options.options.table, GAN.Options.options.table,
    Classifier.Options.options.table, fit, moments, reservoir, direction, invert, mixture, linear,
  ]
}
