/// What may go wrong in training without making a number infinite; values as in the header.
package enum Warning: Int32, Sendable {
  /// The discriminator tells all rows apart, so that the generator hardly learns.
  case saturatedDiscriminator = 1
  /// The generator's rows are nearly all alike.
  case collapsedGenerator = 2
  /// A checkpoint could not be written; the file before it stands, and the fit goes on.
  case checkpointNotWritten = 3

  package var message: String {
    switch self {
    case .saturatedDiscriminator:
      "the discriminator is saturated: it is sure of nearly every row, which teaches the generator "
        + "little; input_noise, label_smoothing or a lower learning_rate may help"
    case .collapsedGenerator:
      "the generator has collapsed: its rows are nearly alike beside the real ones; a lower "
        + "learning_rate, batch norm or another seed may help"
    case .checkpointNotWritten:
      "a checkpoint could not be written"
    }
  }
}
