import Options
import Tensors
import Testing

/// What a table makes of texts and structs.
@Suite struct OptionTests {
  private static let table = OptionTable(
    "cake",
    OptionRow.rows(
      """
      cold   flag = false                          : served cold
      dough  word batter yeast = auto              : what it is of
      eggs   whole 0 12 = 3                        : of a hen
      sugar  number [0 1) = 0.25                   : a share
      oven   number (0 300] = auto needs dough yeast : degrees
      seed   seed = 0                              : of chance
      layers widths 1 9 2 = auto                   : from the bottom on
      cook   pointer                               : who does it: a name
      """))

  private func message(_ text: String) -> String {
    do throws(GenerativeError) {
      _ = try Self.table.values(of: text)
      return ""
    } catch {
      return error.message
    }
  }

  @Test func `A text sets values, and other options keep their defaults`() throws {
    let values = try Self.table.values(
      of: " cold=true\tlayers=3,9\n dough=\"yeast\" oven=1e2 seed=18446744073709551615 ")
    #expect(values.flag("cold"))
    #expect(values.word("dough") == 1)
    #expect(values.whole("eggs") == 3)
    #expect(values.number("oven") == 100)
    #expect(values.seed("seed") == .max)
    #expect(values.all[6] == .widths([3, 9]))
    #expect(try Self.table.values(of: "").all == Self.table.standard.all)
    #expect(try Self.table.values(of: "layers=none dough=auto").all[6] == .widths([]))
  }

  @Test func `A value is restored from its text`() throws {
    let samples: [[OptionValue]] = [
      [.flag(true), .flag(false)], [.automatic, .word(0), .word(1)], [.whole(0), .whole(12)],
      [.number(0), .number(0.1), .number(5e-324), .number(0.999_999)], [.automatic, .number(300)],
      [.seed(0), .seed(.max)], [.automatic, .widths([]), .widths([1]), .widths([9, 1])],
    ]
    for (row, values) in zip(Self.table.rows, samples) {
      for value in values { #expect(try row.value(of: row.text(of: value)) == value) }
    }
  }

  @Test func `A value that rounds to an open end is out of range, and a double is kept`() throws {
    let table = OptionTable(
      "scales",
      OptionRow.rows(
        """
        fine   double (0 1) = 0.5    : grams
        coarse number (0 1) = 0.5    : grams
        closed number [1e-12 1] = 1  : grams
        """))
    for text in ["1e-300", "0.99999999999"] {
      #expect(try table.values(of: "fine=\(text)").number("fine") == Double(text))
      #expect(throws: GenerativeError.self) { try table.values(of: "coarse=\(text)") }
    }
    #expect(try table.values(of: "closed=1e-12").number("closed") == 1e-12)
    for text in ["fine=0", "fine=1", "closed=9e-13", "closed=1.0000001"] {
      #expect(throws: GenerativeError.self) { try table.values(of: text) }
    }
  }

  @Test func `An error in a text is named, with the nearest word`() {
    #expect(message("egs=2") == "cake has no option \"egs\"; did you mean eggs?")
    #expect(message("zebra=2") == "cake has no option \"zebra\"")
    #expect(
      message("dough=yaest")
        == "dough must be one of batter, yeast, or auto, not \"yaest\"; did you mean yeast?")
    #expect(message("eggs=13") == "eggs must be between 0 and 12, not 13")
    #expect(message("eggs=2.5") == "eggs must be between 0 and 12, not \"2.5\"")
    #expect(message("eggs=auto") == "eggs must be between 0 and 12, not \"auto\"")
    #expect(message("sugar=1") == "sugar must be at least 0.0 and below 1.0, not 1.0")
    #expect(message("sugar=0.99999999999") == "sugar must be at least 0.0 and below 1.0, not 0.99999999999")
    #expect(message("sugar=nan") == "sugar must be at least 0.0 and below 1.0, not \"nan\"")
    #expect(message("eggs=1 eggs=1") == "eggs is given twice")
    #expect(message("eggs") == "options must have the form name=value, not \"eggs\"")
    #expect(message("=3") == "options must have the form name=value, not \"\"")
    #expect(message("dough=\"yeast") == "the value of dough has no closing quotation mark")
    #expect(message("oven=200") == "oven needs dough yeast")
    #expect(message("cook=1") == "cake has no option \"cook\"")
    #expect(message("layers=1,2,3") == "layers must be at most 2 widths between 1 and 9, or auto, not 1,2,3")
    #expect(message("layers=1,10") == "layers[1] must be between 1 and 9, not 10")
    #expect(message("seed=-1").hasPrefix("seed must be a whole number from 0"))
  }

  /// The members of a C struct: flag, word, whole, number, number, seed, pointer and count, pointer.
  @Test func `A struct's members are found at a C compiler's offsets`() throws {
    let table = Self.table
    #expect(table.members.map { $0.offset } == [8, 12, 16, 24, 32, 40, 48, 64])
    #expect(table.structSize == 72)
    let values = try table.values(of: "cold=1 dough=yeast eggs=0 oven=180 layers=4,2 seed=7")
    let size = table.structSize + table.listSize(values)
    let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    defer { block.deallocate() }
    block.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    table.write(values, to: block, lists: block + table.structSize)
    #expect(try table.values(block).all == values.all)
    block.storeBytes(of: 2, toByteOffset: 8, as: Int32.self)
    #expect(throws: GenerativeError(.argument, "cold must be 0 or 1, not 2")) { try table.values(block) }
    block.storeBytes(of: 0, toByteOffset: 8, as: Int32.self)
    block.storeBytes(of: -1, toByteOffset: 56, as: Int64.self)
    #expect(try table.values(block).all[6] == .automatic)
    block.storeBytes(of: 1, toByteOffset: 56, as: Int64.self)
    block.storeBytes(of: 0, toByteOffset: 48, as: Int64.self)
    #expect(throws: GenerativeError(.argument, "layers must not be NULL")) { try table.values(block) }
  }

  @Test func `A word one or two swaps away is suggested, a farther one is not`() {
    let words = ["pca", "autoencoder", "vae", "gan", "classifier"]
    #expect(nearest(to: "vea", among: words) == "vae")
    #expect(nearest(to: "autoencodr", among: words) == "autoencoder")
    #expect(nearest(to: "clasifer", among: words) == "classifier")
    #expect(nearest(to: "transformer", among: words) == nil)
  }
}
