import Options

extension OptionTable {
  /// Options of a fit of networks.
  package static let fit = OptionTable(
    "fit",
    OptionRow.rows(
      """
      epochs           whole 1 1000000 = auto : number of passes over the data; auto: by the number of rows
      batch_size       whole 1 65536 = auto : number of rows in a step; auto: by the number of rows, at most 128
      seed             seed = 0 : seed of shuffling, noise, dropout and sampled latents
      optimizer        word sgd rmsprop adam adamw = adam : optimizer
      schedule         word constant step cosine linear plateau = auto \
      : how the learning rate falls; auto: cosine, for a GAN constant, of a table of at most 32 columns linear
      learning_rate    number (0 *] = auto \
      : learning rate; auto: 0.002, with dense layers and rows of n > 4,096 values 8.192 / n, for a classifier 0.001, \
      for a GAN 0.0002, of a table of at most 32 columns 0.001
      beta1            number [0 1) = auto \
      : decay of the mean of the gradients, or momentum of SGD; auto: 0.9, for a GAN 0.5
      beta2            number [0 1) = auto : decay of the mean of the squared gradients; auto: 0.999, for RMSProp 0.99
      epsilon          number (0 *] = 1e-8 : Adam's epsilon: added to the denominator for stability
      weight_decay     number [0 1000] = auto needs optimizer adamw : decoupled weight decay; auto: 0
      schedule_factor  number [0 1] = auto needs schedule step cosine linear plateau \
      : step, plateau: factor of each fall (auto: 0.1); cosine, linear: last rate over the first (auto: 0)
      schedule_period  whole 1 1000000 = auto needs schedule step plateau \
      : step: number of epochs between two falls; plateau: epochs without a lower loss before a fall; auto: 10
      schedule_epochs  whole 1 1000000 = auto needs schedule cosine linear \
      : number of epochs that the schedule spans; auto: those of this fit
      warm_up          double [0 1e6] = 0 : number of epochs during which the learning rate rises from 0
      clip_norm        number (0 *] = auto \
      : maximum gradient norm; larger gradients are scaled down; auto: no clipping
      patience         whole 1 1000000 = auto \
      : epochs without a better validation loss after which to stop; auto: never
      min_delta        double [0 *] = 0 : least fall of a loss that counts as better
      keep_best        flag = false : end with the weights of the best validation epoch
      resume           flag = false : continue the fit that was interrupted
      checkpoint_path  pointer : file that keeps the fit as it runs
      checkpoint_steps whole 0 * = 0 : number of steps between two checkpoints; 0: not counted
      checkpoint_seconds double [0 1e9] = auto \
      : seconds between two checkpoints; 0: not counted; auto: 60 if steps are not counted
      validation       pointer : dataset to evaluate after each epoch
      comm             pointer : ranks that fit the model together
      shared_rows      flag = false : every rank's dataset has the same rows
      accumulate       whole 1 65536 = 1 : number of batches whose gradients are summed for one step
      targets          pointer : dataset of the rows that an autoencoder is to make of the dataset's rows
      validation_targets pointer : the same for validation
      flip             flag = false : mirror images left to right, half of the time
      shift            whole 0 4096 = 0 : shift images at random, by up to so many pixels each way; edges repeat
      rotation         double [0 180] = 0 : rotate images at random, by up to so many degrees; edges repeat
      color_jitter     double [0 1] = 0 \
      : multiply brightness, contrast and saturation of images at random, by 1 - this ... 1 + this
      """))
}
