import CGenerative
import Models
import Options
import Training

// The tables of options that one call reads and no model keeps; models' and fits' stand beside those.

extension OptionTable {
  static let context = OptionTable(
    "context",
    OptionRow.rows(
      """
      n_threads           whole 1 64 = auto : number of threads; auto: GEN_THREADS, else the number of usable cores
      memory_limit        whole 1 * = auto : bytes that data, models and working memory may use together; auto: no limit
      allocate            pointer : allocator of the host
      release             pointer : counterpart of allocate
      parallel_for        pointer : parallel loop of the host
      user_data           pointer : passed to these functions
      direct_convolutions flag = false : compute every convolution term by term
      log                 pointer : receives log messages
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
      dtype          word u8 f32 f64 = f32 : type of the numbers
      borrow         flag = false : use the memory in place; it must outlive the dataset unchanged
      n_rows         whole 1 2147483647 = 0 : number of rows
      height         whole 1 16777216 = 1 : height of a row
      width          whole 1 16777216 = 1 : width of a row
      channels       whole 1 16777216 = 1 : channels of a row; for a table, its columns
      row_stride     whole * * = 0 : bytes from one row to the next; 0: packed
      element_stride whole * * = 0 : bytes from one element of a row to the next; 0: packed
      unchecked      flag = false : leave the check for NaN and infinity to the calls that read the rows
      labels         pointer : class number of each row
      context        pointer : context with the memory, threads and limits to use
      """))

  static let open = OptionTable(
    "open",
    OptionRow.rows(
      """
      height       whole 1 16777216 = auto : height of a row; images are resized to it; auto: as the data
      width        whole 1 16777216 = auto : width of a row
      channels     whole 1 16777216 = auto : channels of a row; of images 1 gray, 3 RGB, 4 RGBA
      max_rows     whole 1 2147483647 = auto : number of rows to read, drawn by seed; auto: all
      seed         seed = 0 : seed of the choice of max_rows
      subfolders   word auto classes pool ignore = auto : what sub-folders of images are
      lazy         flag = false : decode images whenever they are read
      labels       pointer : file of labels
      label_column pointer : column of the classes
      columns      pointer : columns to read, separated by commas
      omit         pointer : columns to leave out
      files        pointer : files of a folder to read
      n_files      whole 0 2147483647 = 0 : number of these files
      decode       pointer : decodes images of other formats
      user_data    pointer : passed to decode
      context      pointer : context with the memory, threads and limits to use
      """) + resizeRows + tolerantRow)

  private static let resizeRows = OptionRow.rows(
    """
    resize      word cover contain stretch = cover \
    : how an image fills the row: cover and cut, contain beside background, or stretch
    filter      word triangle lanczos nearest = triangle : filter of the resizing
    crop_height whole 1 1000000 = auto : height cut out of each image first; auto: all of it
    crop_width  whole 1 1000000 = auto : width cut out of each image first; auto: all of it
    place_x     number [0 1] = 0.5 : where what is cut or contained stands: 0 left, 1 right
    place_y     number [0 1] = 0.5 : where what is cut or contained stands: 0 top, 1 bottom
    background  number [0 1] = 0 : gray value beside a contained image
    """)

  private static let tolerantRow = OptionRow.rows(
    "tolerant flag = false : read images with missing pixels, which become gray, instead of refusing them")

  static let resize = OptionTable("resize", resizeRows)

  static let stream = OptionTable(
    "stream",
    OptionRow.rows(
      """
      height       whole 1 16777216 = 1 : height of a row
      width        whole 1 16777216 = 1 : width of a row
      channels     whole 1 16777216 = 1 : channels of a row; for a table, its columns
      read         pointer : returns the next rows
      rewind       pointer : called before each pass
      user_data    pointer : passed to read and rewind
      shuffle_rows whole 0 2147483647 = 4096 : number of rows held to draw batches from at random; 0: in order
      context      pointer : context with the memory, threads and limits to use
      read_labelled pointer : returns the next rows and their classes; in place of read
      """))

  static let faces = OptionTable(
    "faces",
    OptionRow.rows(
      """
      n_rows   whole 1 2147483647 = 10000 : number of faces
      height   whole 16 128 = 32 : height in pixels
      width    whole 16 128 = 32 : width in pixels
      channels whole 1 3 = 3 : 1 gray or 3 RGB
      seed     seed = 0 : seed of the faces
      context  pointer : context with the memory, threads and limits to use
      """))

  static let loadImage = OptionTable(
    "load_image",
    OptionRow.rows(
      """
      channels whole 1 4 = auto : 1 gray, 3 RGB, 4 RGBA; auto: as in the file
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
      seed       seed = 0 : seed of the choice; reservoirs to be merged need the same
      context    pointer : context with the memory, threads and limits to use
      """))

  static let direction = OptionTable(
    "direction",
    OptionRow.rows(
      """
      method   word regression means = regression : how to find the direction
      others   pointer : directions that must not change
      n_others whole 0 4096 = 0 : number of other directions
      ridge    double [0 1e6] = 1e-3 : regression: share of the mean variance of the latents that is added to each variance
      """))

  static let invert = OptionTable(
    "invert",
    OptionRow.rows(
      """
      generator     word average last = average : generator of the GAN to use
      n_steps       whole 1 1000000 = 200 : number of Adam steps
      n_starts      whole 1 10000 = 1 : number of descents for each row; the best one counts
      seed          seed = 0 : seed of the starts after the first
      learning_rate number (0 *] = 0.05 : initial learning rate; it falls to zero along half a cosine
      prior_weight  number [0 *] = auto \
      : weight of |latent|^2 / 2, added to the squared error; auto: 0, for masked rows of a Gaussian VAE twice its \
      variance, of a Bernoulli VAE and a GAN 0.05
      start         pointer : first start of each row
      labels        pointer : class of each row, of a conditional model
      mask          pointer : which values of the rows are known
      n_masks       whole 0 2147483647 = 0 : number of rows of the mask: 1 for all rows, or as many
      """))

  static let mixture = OptionTable(
    "mixture",
    OptionRow.rows(
      """
      covariance     word full diagonal = full : shape of the covariance of each component
      n_components   whole 1 4096 = 10 : number of components
      n_starts       whole 1 1000 = 1 : number of fits; the likeliest counts
      max_iterations whole 1 1000000 = 200 : maximum number of iterations of a fit
      tolerance      double (0 *] = 1e-3 : stop when the mean log-likelihood of a row gains less, in nats
      regularization double [0 *] = 1e-6 : added to each variance
      seed           seed = 0 : seed of the starts and of the latents drawn for a VAE
      """))

  static let linear = OptionTable(
    "linear",
    OptionRow.rows(
      """
      loss           word logistic squared_hinge = logistic : loss to minimize
      c              double (0 *] = 1 : weight of the losses, added to |W|^2 / 2
      tolerance      double [1e-12 1] = 1e-6 : stop when the gradient norm has fallen to this share of the first
      max_iterations whole 1 2147483647 = 1000 : maximum number of iterations
      """))

  static let run = OptionTable(
    "run",
    OptionRow.rows(
      """
      event     pointer : callback that receives events
      user_data pointer : passed to event
      token     pointer : token that stops the call
      """))

  /// All tables that a caller fills.
  static let all = [
    run, context, memory, open, stream, faces, loadImage, resize, grid, saveImage,
    PCA.Options.options.table,
    Autoencoder.Options.options.table, VAE.Options.options.table, GAN.Options.options.table,
    Classifier.Options.options.table, fit, moments, reservoir, direction, invert, mixture, linear,
  ]
}
