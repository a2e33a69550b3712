/// Problems in training that do not make a number infinite. Values are as in the header.
package enum Warning: Int32, Sendable {
  /// The discriminator separates all real from all generated rows, so the generator hardly learns.
  case saturatedDiscriminator = 1
  /// The generator's rows are nearly identical.
  case collapsedGenerator = 2
  /// A checkpoint could not be written. The previous file is intact, and the fit continues.
  case checkpointNotWritten = 3
  /// The latents of a VAE carry no information about their rows.
  case deadLatents = 4
  /// The loss has grown far above its initial value.
  case divergingLoss = 5
  /// The fit ended after so few steps that the model has hardly learned.
  case fewSteps = 6
  /// A GAN's average of weights is far behind the latest weights.
  case laggingAverage = 7
  /// One of the model's classes has no rows in the data.
  case absentClass = 8
  /// All rows of the data are equal.
  case equalRows = 9
  /// Images have 1, 3 or 4 rows of pixels and many channels, as if channels came first.
  case channelsFirst = 10
  /// The model has one class.
  case oneClass = 11

  package var message: String {
    switch self {
    case .saturatedDiscriminator:
      "the discriminator is saturated: it classifies nearly every row with certainty, so the generator learns little; "
        + "input_noise, spectral_norm, r1_penalty, a lower discriminator_rate or, with few images, augmentation adaptive may help"
    case .collapsedGenerator:
      "the generator has collapsed: its rows are nearly identical, unlike the real ones; a lower "
        + "learning_rate, batch norm or another seed may help"
    case .checkpointNotWritten:
      "a checkpoint could not be written"
    case .deadLatents:
      "the latents carry no information: the KL term is below 0.1 nats; a smaller beta, kl_schedule linear or a smaller "
        + "variance may help"
    case .divergingLoss:
      "the loss is more than ten times what it was in the first epoch; a lower learning_rate or a clip_norm may help"
    case .fewSteps:
      "the fit had fewer than 100 steps, so the model has hardly learned; more epochs or a smaller batch_size may help"
    case .laggingAverage:
      "the averaged generator lags behind the last one: its rows vary less than 0.7 times as much, and images look gray; "
        + "average_ramp 1, a smaller average_decay, more epochs or generator last may help"
    case .absentClass:
      "the dataset has no row of at least one of the n_classes classes, about which the model learns nothing; a smaller "
        + "n_classes or rows of every class may help"
    case .equalRows:
      "all rows of the dataset are equal, so the model learns only this row; other rows, or other options for reading "
        + "them, may help"
    case .channelsFirst:
      "rows have 1, 3 or 4 pixels of height and many channels, as images with channels first would; channels last, in "
        + "height x width x channels, may help"
    case .oneClass:
      "the model has one class, so labels tell it nothing; n_classes 0 or rows of other classes may help"
    }
  }
}
