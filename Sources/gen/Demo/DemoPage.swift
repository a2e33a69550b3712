import CGenerative

extension DemoSession {
  /// A page with the images and metrics of all chapters. The images are files in the same folder.
  func page(title: String) -> String {
    let chapters = figures.chapters.enumerated()
    let contents = chapters.map { "<li><a href=\"#chapter-\($0 + 1)\">\(escaped($1.title))</a></li>" }
    return htmlPage(
      title,
      lede:
        "The models are trained on \(grouped(pictures.trainingCount)) images of \(escaped(pictures.name)) and tested "
        + "on \(grouped(pictures.test.count)) others.",
      body: "<nav aria-label=\"Chapters\"><ol>\(contents.joined())</ol></nav>\n"
        + chapters.map { chapter($1, number: $0 + 1) }.joined(separator: "\n"),
      footer: ", \(gen.text(gen_kernels_name())) kernels")
  }

  private func chapter(_ chapter: Figures.Chapter, number: Int) -> String {
    let pictures = chapter.pictures.map { picture in
      let images = picture.files.enumerated().map { index, file in
        let text = picture.files.count > 1 ? "\(picture.caption) (\(index + 1))" : picture.caption
        return "<img src=\"\(escaped(file))\" alt=\"\(escaped(text))\">"
      }
      return
        "<figure>\(images.joined())<figcaption>\(escaped(sentence(picture.caption)))</figcaption></figure>"
    }
    let links = chapter.links.map { link in
      "<p><a href=\"\(escaped(link.files[0]))\">\(escaped(link.files[0]))</a>: \(escaped(link.caption)).</p>"
    }
    return """
      <section aria-labelledby="chapter-\(number)"><h2 id="chapter-\(number)">\(escaped(chapter.title))</h2>
      <p>\(escaped(chapter.text))</p>
      <div class="gallery">\(pictures.joined(separator: "\n"))</div>
      \((links + [table(chapter.figures)]).joined(separator: "\n"))
      </section>
      """
  }

  private func table(_ figures: [Figures.Figure]) -> String {
    guard !figures.isEmpty else { return "" }
    let hasGoals = figures.contains { !$0.goal.isEmpty }
    let lines = figures.map { figure in
      let goal = figure.goal + (figure.isMet.map { $0 ? " (met)" : " (not met)" } ?? "")
      return "<tr><th scope=\"row\">\(escaped(figure.name))</th><td>\(figure.measured)</td>"
        + (hasGoals ? "<td>\(escaped(goal))</td></tr>" : "</tr>")
    }
    return """
      <table class="figures"><thead><tr><th scope="col">Metric</th><th scope="col">Measured</th>\
      \(hasGoals ? "<th scope=\"col\">Goal</th>" : "")</tr></thead>
      <tbody>\(lines.joined(separator: "\n"))</tbody></table>
      """
  }

  /// The text with a capital letter and a full stop.
  private func sentence(_ text: String) -> String { text.capitalizedFirst + "." }
}
