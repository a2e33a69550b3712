import Options

extension OptionTable {
  /// Options of a fit of networks.
  package static let fit = OptionTable(
    "fit",
    OptionRow.rows(
      """
      epochs           whole 1 1000000 = auto : number of passes over the data; auto: 10 to 1,000, by the number of rows
      batch_size       whole 1 65536 = auto : number of rows per step; auto: 16 to 128, by the number of rows
      seed             seed = 0 : seed of shuffling, noise, dropout and latents
      optimizer        word sgd rmsprop adam adamw = adam : optimization algorithm
      schedule         word constant step cosine linear plateau = auto \
      : how the learning rate decreases during training; auto: cosine; GAN: constant; GAN of a table of at most 32 columns: linear
      learning_rate    number (0 *] = auto \
      : learning rate; auto: 0.002; dense layers and rows of n > 4,096 values: 8.192 / n; classifier: 0.001; \
      convolutional GAN: 0.032 / base_channels, at most 0.002; GAN of dense layers and images: 0.0005; GAN of a table: \
      0.0002, with at most 32 columns 0.001
      beta1            number [0 1) = auto \
      : decay of the mean gradient, or momentum of SGD; auto: 0.9; GAN: 0.5
      beta2            number [0 1) = auto : decay of the mean squared gradient; auto: 0.999; rmsprop: 0.99
      epsilon          number (0 *] = 1e-8 : Adam's epsilon, added to the denominator for stability
      weight_decay     number [0 1000] = auto needs optimizer adamw : decoupled weight decay; auto: 0
      schedule_factor  number [0 1] = auto needs schedule step cosine linear plateau \
      : factor of each reduction of the learning rate; for cosine and linear, the final rate as a share of the initial \
      rate; auto: step, plateau: 0.1; cosine, linear: 0
      schedule_period  whole 1 1000000 = auto needs schedule step plateau \
      : number of epochs between reductions of the learning rate; for plateau, epochs without a lower loss; auto: 10
      schedule_epochs  whole 1 1000000 = auto needs schedule cosine linear \
      : number of epochs over which the learning rate decreases; auto: the epochs of this fit
      warm_up          double [0 1e6] = 0 : number of epochs during which the learning rate rises from 0
      clip_norm        number (0 *] = auto \
      : maximum gradient norm; larger gradients are scaled down; auto: no clipping
      patience         whole 1 1000000 = auto \
      : number of epochs without a lower validation loss before the fit stops; auto: never
      min_delta        double [0 *] = 0 : smallest decrease that counts as a lower loss
      keep_best        flag = false : end with the weights of the epoch with the lowest validation loss
      resume           flag = false : continue the interrupted fit
      checkpoint_path  pointer : file to which the running fit is saved
      checkpoint_steps whole 0 * = 0 : number of steps between checkpoints; 0: none by steps
      checkpoint_seconds double [0 1e9] = auto \
      : seconds between checkpoints; 0: none by time; auto: 60; 0 if checkpoint_steps is set
      validation       pointer : dataset to evaluate after each epoch
      comm             pointer : ranks that fit the model together
      shared_rows      flag = false : every rank's dataset has the same rows
      accumulate       whole 1 65536 = 1 : number of batches whose gradients each step sums
      targets          pointer : dataset of the rows that an autoencoder learns to make from the dataset's rows
      validation_targets pointer : targets of the validation dataset
      flip             flag = false : mirror images left to right with probability 0.5
      shift            whole 0 4096 = 0 : largest random shift of images, in pixels along each axis; edges are repeated
      rotation         double [0 180] = 0 : largest random rotation of images, in degrees; edges are repeated
      color_jitter     double [0 1] = 0 \
      : multiply brightness, contrast and saturation of images by random factors between 1 - c and 1 + c, where c is this value
      """))
}
