import CGenerative
import Options

// The tables of structs that calls fill: the members that a client may read by name.

extension OptionTable {
  /// All of them.
  static let outputs = [
    event, plan, modelInfo, datasetInfo, pcaInfo, momentsInfo, reservoirInfo, mixtureInfo, directionInfo,
    linearInfo,
    reconstruction,
  ]

  static let event = OptionTable(
    "event",
    OptionRow.rows(
      """
      kind                        word step epoch skipped warning progress : what happened
      epoch                       whole * * : from 1
      n_epochs                    whole * * : epochs of the fit
      step                        whole * * : steps done in this epoch, or in this stage of the call
      n_steps                     whole * * : steps of an epoch or a stage; 0 while unknown
      seconds                     number * * : since the call began
      learning_rate               number * * : learning rate of the last step
      loss                        number * * : what is minimised
      reconstruction              number * * : autoencoder, VAE
      kl                          number * * : VAE
      discriminator_loss          number * * : GAN
      generator_loss              number * * : GAN
      real_score                  number * * : GAN: mean D(x)
      fake_score                  number * * : GAN: mean D(G(z))
      gradient_norm               number * * : before clipping
      validation_loss             number * * : on the validation set
      validation_reconstruction   number * * : on the validation set
      validation_kl               number * * : on the validation set
      message                     pointer : a text; see gen_event_message
      discriminator_gradient_norm number * * : GAN
      sample_distance             number * * : GAN: between generated rows of a batch
      real_distance               number * * : GAN: between real rows of a batch
      warning                     word none saturated_discriminator collapsed_generator checkpoint_not_written \
      dead_latents diverging_loss few_steps lagging_average absent_class \
      : what a warning is about
      penalty                     number * * : GAN: on the gradient of the discriminator
      """), isOutput: true)

  static let plan = OptionTable(
    "plan",
    OptionRow.rows(
      """
      n_parameters  whole * * : trained numbers
      peak_bytes    whole * * : memory of a fit, without the data
      flops_per_row whole * * : floating-point operations of a training step, for each row
      """), isOutput: true)

  static let modelInfo = OptionTable(
    "model_info",
    OptionRow.rows(
      """
      height        whole * * : height of a row
      width         whole * * : width of a row
      channels      whole * * : channels of a row
      latent_size   whole * * : numbers of a latent
      n_parameters  whole * * : trained numbers
      n_epochs      whole * * : fitted so far
      n_steps       whole * * : optimizer steps so far
      n_classes     whole * * : 0: not conditional
      architecture  word dense convolutional : of the network
      n_epochs_left whole * * : that a resumed fit would do
      n_features    whole * * : numbers that gen_model_features writes for a row
      """), isOutput: true)

  static let datasetInfo = OptionTable(
    "dataset_info",
    OptionRow.rows(
      """
      n_factors whole * * : numbers known of each row
      n_rows    whole * * : -1 while a stream's length is unknown
      height    whole * * : height of a row
      width     whole * * : width of a row
      channels  whole * * : channels of a row
      n_classes whole * * : largest label + 1, or the named classes; 0 without labels; -1 for a stream with labels
      n_skipped whole * * : files of a folder that could not be read
      n_files   whole * * : files that were looked at
      n_passed  whole * * : files that are no images, or not asked for
      dtype     word u8 f32 f64 : type of the numbers of a row
      n_damaged whole * * : rows of a folder with missing pixels
      """), isOutput: true)

  static let pcaInfo = OptionTable(
    "pca_info",
    OptionRow.rows(
      """
      solver         word covariance gram sketch : the path taken
      n_rows         whole * * : rows seen
      n_features     whole * * : columns
      n_components   whole * * : components found
      noise_variance number * * : mean of the variances left out
      total_variance number * * : of all columns together
      dtype          word u8 f32 f64 : type of the rows of the fit
      """), isOutput: true)

  static let momentsInfo = OptionTable(
    "moments_info",
    OptionRow.rows(
      """
      is_exact     flag : all rows were bytes, and no sum can have passed 2^53
      n_rows       whole * * : rows seen
      n_features   whole * * : columns
      n_directions whole * * : of a sketch; 0: all products
      pass         whole * * : of a sketch, from 1
      """), isOutput: true)

  static let reservoirInfo = OptionTable(
    "reservoir_info",
    OptionRow.rows(
      """
      n_rows     whole * * : rows seen
      n_kept     whole * * : the smaller of n_rows and capacity
      n_features whole * * : columns
      capacity   whole * * : rows kept at most
      """), isOutput: true)

  static let mixtureInfo = OptionTable(
    "mixture_info",
    OptionRow.rows(
      """
      covariance     word full diagonal : shape of the covariance of each component
      n_components   whole * * : components
      n_features     whole * * : columns
      n_rows         whole * * : rows fitted to
      n_iterations   whole * * : iterations of the fit
      log_likelihood number * * : mean over those rows, in nats
      converged      flag : within the tolerance
      """), isOutput: true)

  static let directionInfo = OptionTable(
    "direction_info",
    OptionRow.rows(
      """
      correlation number * * : correlation of the projections with the attribute
      low         number * * : projection where the attribute is least
      high        number * * : projection where the attribute is greatest
      mean        number * * : mean of the projections
      deviation   number * * : standard deviation of the projections
      """), isOutput: true)

  static let linearInfo = OptionTable(
    "linear_info",
    OptionRow.rows(
      """
      converged    flag : within the tolerance
      n_rows       whole * * : rows of training
      n_classes    whole * * : classes
      n_iterations whole * * : iterations of the solver
      objective    number * * : |W|^2 / 2 + c * sum of losses
      gradient     number * * : its length over the first one's
      """), isOutput: true)

  static let reconstruction = OptionTable(
    "reconstruction",
    OptionRow.rows(
      """
      n_rows             whole * * : rows measured
      squared_error      number * * : summed over a row
      squared_error_se   number * * : standard error
      mean_squared_error number * * : of a float
      psnr               number * * : in decibels
      psnr_se            number * * : standard error
      ssim               number * * : structural similarity
      ssim_se            number * * : standard error
      """), isOutput: true)
}
