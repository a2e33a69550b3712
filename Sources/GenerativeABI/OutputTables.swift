import CGenerative
import Options

// Tables of structs that calls fill: the members that a client may read by name.

extension OptionTable {
  /// All tables of structs that calls fill.
  static let outputs = [
    event, plan, modelInfo, datasetInfo, pcaInfo, momentsInfo, reservoirInfo, mixtureInfo, directionInfo,
    linearInfo,
    reconstruction,
  ]

  static let event = OptionTable(
    "event",
    OptionRow.rows(
      """
      kind                        word step epoch skipped warning progress : kind of the event
      epoch                       whole * * : current epoch, from 1
      n_epochs                    whole * * : number of epochs of the fit
      step                        whole * * : number of steps done in this epoch, or in this stage of the call
      n_steps                     whole * * : number of steps of the epoch or stage; 0 while unknown
      seconds                     number * * : seconds since the call began
      learning_rate               number * * : learning rate of the last step
      loss                        number * * : minimized loss
      reconstruction              number * * : reconstruction loss of an autoencoder or VAE
      kl                          number * * : KL term of a VAE
      discriminator_loss          number * * : loss of a GAN's discriminator
      generator_loss              number * * : loss of a GAN's generator
      real_score                  number * * : mean D(x) of a GAN
      fake_score                  number * * : mean D(G(z)) of a GAN
      gradient_norm               number * * : gradient norm before clipping
      validation_loss             number * * : loss on the validation set
      validation_reconstruction   number * * : reconstruction loss on the validation set
      validation_kl               number * * : KL term on the validation set
      message                     pointer : message, see gen_event_message
      discriminator_gradient_norm number * * : gradient norm of a GAN's discriminator
      sample_distance             number * * : distance between generated rows in a batch of a GAN
      real_distance               number * * : distance between real rows in a batch of a GAN
      warning                     word none saturated_discriminator collapsed_generator checkpoint_not_written \
      dead_latents diverging_loss few_steps lagging_average absent_class equal_rows \
      channels_first one_class \
      : subject of a warning
      penalty                     number * * : penalty on the gradient of a GAN's discriminator
      """), isOutput: true)

  static let plan = OptionTable(
    "plan",
    OptionRow.rows(
      """
      n_parameters  whole * * : number of trainable parameters
      peak_bytes    whole * * : peak memory of a fit in bytes, without the data
      flops_per_row whole * * : floating-point operations of a training step per row
      """), isOutput: true)

  static let modelInfo = OptionTable(
    "model_info",
    OptionRow.rows(
      """
      height        whole * * : height of a row
      width         whole * * : width of a row
      channels      whole * * : channels of a row
      latent_size   whole * * : latent dimension
      n_parameters  whole * * : number of trainable parameters
      n_epochs      whole * * : number of epochs fitted so far
      n_steps       whole * * : number of optimizer steps so far
      n_classes     whole * * : number of classes; 0: not conditional
      architecture  word dense convolutional : kind of the networks
      n_epochs_left whole * * : number of epochs that a resumed fit would run
      n_features    whole * * : number of values per row that gen_model_features writes
      """), isOutput: true)

  static let datasetInfo = OptionTable(
    "dataset_info",
    OptionRow.rows(
      """
      n_factors whole * * : number of known factors per row
      n_rows    whole * * : number of rows; -1 for a stream
      height    whole * * : height of a row
      width     whole * * : width of a row
      channels  whole * * : channels of a row
      n_classes whole * * : largest label + 1, or number of named classes; 0 without labels; -1 for a stream with labels
      n_skipped whole * * : number of files of a folder that could not be read
      n_files   whole * * : number of files examined
      n_passed  whole * * : number of files that are not images, or not requested
      dtype     word u8 f32 f64 : element type of the rows
      n_damaged whole * * : number of images with missing pixels
      """), isOutput: true)

  static let pcaInfo = OptionTable(
    "pca_info",
    OptionRow.rows(
      """
      solver         word covariance gram sketch : solver used
      n_rows         whole * * : number of rows seen
      n_features     whole * * : number of columns
      n_components   whole * * : number of components
      noise_variance number * * : mean of the omitted variances
      total_variance number * * : sum of the variances of all columns
      dtype          word u8 f32 f64 : element type of the fitted rows
      """), isOutput: true)

  static let momentsInfo = OptionTable(
    "moments_info",
    OptionRow.rows(
      """
      is_exact     flag : whether all rows were u8, and no sum can have passed 2^53
      n_rows       whole * * : number of rows seen
      n_features   whole * * : number of columns
      n_directions whole * * : number of directions of a sketch; 0: all products
      pass         whole * * : pass of a sketch, from 1
      """), isOutput: true)

  static let reservoirInfo = OptionTable(
    "reservoir_info",
    OptionRow.rows(
      """
      n_rows     whole * * : number of rows seen
      n_kept     whole * * : the smaller of n_rows and capacity
      n_features whole * * : number of columns
      capacity   whole * * : maximum number of rows to keep
      """), isOutput: true)

  static let mixtureInfo = OptionTable(
    "mixture_info",
    OptionRow.rows(
      """
      covariance     word full diagonal : shape of the covariance of each component
      n_components   whole * * : number of components
      n_features     whole * * : number of columns
      n_rows         whole * * : number of rows fitted to
      n_iterations   whole * * : number of iterations of the fit
      log_likelihood number * * : mean log-likelihood of those rows, in nats
      converged      flag : whether the tolerance was reached
      """), isOutput: true)

  static let directionInfo = OptionTable(
    "direction_info",
    OptionRow.rows(
      """
      correlation number * * : correlation between projections and attribute
      low         number * * : projection at the minimum of the attribute
      high        number * * : projection at the maximum of the attribute
      mean        number * * : mean of the projections
      deviation   number * * : standard deviation of the projections
      """), isOutput: true)

  static let linearInfo = OptionTable(
    "linear_info",
    OptionRow.rows(
      """
      converged    flag : whether the tolerance was reached
      n_rows       whole * * : number of training rows
      n_classes    whole * * : number of classes
      n_iterations whole * * : number of iterations of the solver
      objective    number * * : |W|^2 / 2 + c * sum of losses
      gradient     number * * : norm of the gradient, relative to the first
      """), isOutput: true)

  static let reconstruction = OptionTable(
    "reconstruction",
    OptionRow.rows(
      """
      n_rows             whole * * : number of rows compared
      squared_error      number * * : mean squared error, summed over a row
      squared_error_se   number * * : standard error of squared_error
      mean_squared_error number * * : mean squared error per value
      psnr               number * * : peak signal-to-noise ratio in decibels
      psnr_se            number * * : standard error of psnr
      ssim               number * * : structural similarity
      ssim_se            number * * : standard error of ssim
      """), isOutput: true)
}
