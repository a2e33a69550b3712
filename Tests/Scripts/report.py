"""Pages of gen report in a real browser: they load without errors or requests, moving a slider paints what the
library decodes, an image of one's own is encoded as the library does, and axe-core, if it is installed, finds no
barriers.

usage: report.py GEN (with GENERATIVE_LIBRARY set)
"""

import base64
import fcntl
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import generative

GEN = os.path.abspath(sys.argv[1])

# One of each kind of decoder: (file, gen train ..., rows of the report, sliders it must have at least).
FACES = ["faces:", "--rows", "300", "--size", "16"]
# Rows of a report: none, held-out rows, and those beside training rows.
NONE, HELD_OUT = [], ["faces:1", "--rows", "200"]
BOTH = [*HELD_OUT, "--training", "faces:"]
MODELS = [
    ("pca", ["train", "pca", *FACES, "--n-components", "5", "--whiten"], HELD_OUT, 5),
    (
        "autoencoder",
        ["train", "autoencoder", *FACES, "--architecture", "dense", "--epochs", "2", "--latent-size", "4", "--activation", "elu"],
        BOTH, 4,
    ),
    ("mixed", ["mixture", "autoencoder.safetensors", *FACES, "--n-components", "3"], BOTH, 4),
    (
        "denoiser",
        ["train", "autoencoder", *FACES, "--architecture", "dense", "--epochs", "3", "--latent-size", "9", "--corruption", "masking"],
        HELD_OUT, 9,
    ),
    (
        "unet",
        ["train", "autoencoder", *FACES, "--epochs", "1", "--architecture", "convolutional", "--skips"],
        HELD_OUT, 0,
    ),
    ("bernoulli", ["train", "vae", *FACES, "--architecture", "dense", "--epochs", "4", "--latent-size", "3"], BOTH, 3),
    (
        "convolutional",
        ["train", "vae", *FACES, "--epochs", "4", "--latent-size", "3", "--architecture", "convolutional",
         "--batch-norm", "--pixel-bias", "--likelihood", "gaussian", "--base-channels", "8", "--batch-size", "16"],
        HELD_OUT, 3,
    ),
    (
        "odd",
        ["train", "vae", *FACES[:-1], "17", "--epochs", "4", "--latent-size", "3", "--architecture", "convolutional",
         "--likelihood", "gaussian", "--base-channels", "8", "--batch-size", "16"],
        HELD_OUT, 3,
    ),
    (
        "odd-biases",
        ["train", "vae", *FACES[:-1], "19", "--epochs", "4", "--latent-size", "2", "--architecture", "convolutional",
         "--pixel-bias", "--conditional", "--base-channels", "8", "--batch-size", "16"],
        HELD_OUT, 2,
    ),
    (
        "conditional",
        ["train", "vae", *FACES, "--epochs", "2", "--latent-size", "2", "--architecture", "convolutional",
         "--conditional", "--batch-norm", "--base-channels", "8"],
        HELD_OUT, 2,
    ),
    (
        "gan",
        ["train", "gan", *FACES, "--channels", "1", "--architecture", "dense", "--epochs", "2", "--latent-size", "6"],
        NONE, 6,
    ),
    (
        "dcgan",
        ["train", "gan", *FACES, "--epochs", "2", "--latent-size", "6", "--architecture", "convolutional",
         "--conditional", "--base-channels", "8", "--batch-size", "16"],
        HELD_OUT, 6,
    ),
]  # fmt: skip


class Browser:
    """Chromium without a window, driven by the DevTools protocol over two pipes."""

    def __init__(self, program, folder):
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()

        # The protocol's pipes are the file descriptors 3 and 4: both are first moved out of their way.
        def place():
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_read, to_write)]
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--hide-scrollbars", f"--user-data-dir={folder}", "about:blank"],
            preexec_fn=place, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_read)
        os.close(to_write)
        self._number, self._rest, self.events, self._session = 0, b"", [], None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def _next(self):
        while b"\0" not in self._rest:
            piece = os.read(self._from, 1 << 20)
            if not piece:
                raise RuntimeError("the browser ended")
            self._rest += piece
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def open(self, path, fragment=""):
        self.events.clear()
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=path.as_uri() + fragment)
        while self.evaluate("document.readyState + location.protocol") != "completefile:":
            self.evaluate("new Promise((resolve) => setTimeout(resolve, 10))")

    def look(self, width, scheme):
        """Sets the width of the window and the color scheme, "light" or "dark"."""
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=media)
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        self.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")

    def complaints(self):
        """Errors on the console, exceptions, and requests for anything but the page itself."""
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown" or (
                method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning")
            ):
                found.append(json.dumps(parameters)[:400])
            elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(parameters["entry"]["text"])
            elif method == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if not url.startswith(("data:", "file:")) or url.startswith("file:") and ".html" not in url:
                    found.append(f"asks for {url[:200]}")
        return found

    def close(self):
        try:
            self.call("Browser.close")
        except (OSError, RuntimeError):
            pass
        self._process.wait(timeout=20)


STATE = """new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const canvas = document.querySelector('canvas.live');
  const copy = Object.assign(document.createElement('canvas'), {width: canvas.width, height: canvas.height});
  const context = copy.getContext('2d', {willReadFrequently: true});
  context.drawImage(canvas, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  resolve({latent: [...report.latent], label: report.label(), pixels: [...pixels]});
})))"""


def painted(browser, script):
    return browser.evaluate(f"{script}; {STATE}")


def decoded(path, state):
    """The library's decoding of a state's latent, in [0, 1], height x width x channels."""
    latent = np.array([state["latent"]], np.float32)
    model = generative.load(path)
    if isinstance(model, generative.PCA):
        return model.inverse_transform(latent).reshape(16, 16, 3)
    decode = model.generate if isinstance(model, generative.GAN) else model.decode
    labels = {"labels": [state["label"]]} if getattr(model, "n_classes", 0) else {}
    return np.atleast_3d(decode(latent, **labels)[0])


def axe():
    """The script of axe-core; None where its package is not installed."""
    package = importlib.util.find_spec("axe_playwright_python")
    return Path(package.origin).with_name("axe.min.js").read_text() if package else None


AXE = axe()


def check_access(browser, width, scheme):
    """Nothing that axe-core finds, no picture without text, no scrolling sideways, no text below 12 pixels."""
    browser.look(width, scheme)
    if AXE:
        browser.evaluate(AXE + "; 0")
        found = browser.evaluate(
            "axe.run(document).then((run) => run.violations.map((rule) => rule.id + ': ' + rule.nodes[0].html))"
        )
        assert not found, f"axe at {width} pixels, {scheme}: {found}"
    empty = browser.evaluate("[...document.images].filter((image) => !image.alt).length")
    assert empty == 0, f"{empty} pictures have no text"
    over = browser.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert over <= 0, f"at {width} pixels the page is {over} too wide"
    sizes = browser.evaluate(
        "[...document.querySelectorAll('svg text')].map((text) => parseFloat(getComputedStyle(text).fontSize)"
        " * text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width)"
    )
    assert min(sizes, default=12) >= 11.99, f"the text of a chart has {min(sizes)} pixels"
    small = browser.evaluate(
        "[...document.querySelectorAll('main *:not(sub):not(option), footer')].filter((part) => part.getClientRects().length &&"
        " [...part.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) &&"
        " !part.closest('.visually-hidden, svg') && parseFloat(getComputedStyle(part).fontSize) < 12)"
        ".map((part) => part.outerHTML.slice(0, 80))"
    )
    assert not small, f"text below 12 pixels: {small}"


PRESS = "map.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', shiftKey: true}))"
POINT = """{const box = map.getBoundingClientRect();
for (let i = 1; i < 400 && tip.hidden; i++) map.dispatchEvent(new PointerEvent('pointermove',
  {pointerType: 'mouse', clientX: box.left + box.width * (i % 20) / 20,
   clientY: box.top + box.height * Math.floor(i / 20) / 20}))}"""


def check_map(browser, has_sliders):
    """The map by keys and by the mouse: the latent moves, and the nearest row is named and shown."""
    browser.evaluate("var [map, tip, near] = ['map', 'tip', 'near'].map((id) => document.getElementById(id)); 0")
    assert browser.evaluate("map.tabIndex === 0 && tip.hidden")
    before = browser.evaluate("window.report && [...report.latent]")
    browser.evaluate(PRESS)
    assert not has_sliders or browser.evaluate("[...report.latent]") != before, "a key does not move the latent"
    assert browser.evaluate("near.textContent && !tip.hidden && near.textContent === tip.innerText.trim()")
    browser.evaluate("map.dispatchEvent(new Event('blur'))")
    assert browser.evaluate("tip.hidden"), "the picture of a row stays"
    browser.evaluate(POINT)
    assert browser.evaluate(
        "!tip.hidden && [...tip.firstElementChild.getContext('2d').getImageData(0, 0, 9, 9).data].some((x) => x)"
    ), "no picture of the row that is pointed at"


def check_state(browser, page):
    """A link restores the state, and each slider goes back to where it was."""
    browser.open(page)
    first = browser.evaluate("[...report.latent]")
    script = """{const slider = document.querySelector('#sliders input');
    slider.value = slider.max; slider.dispatchEvent(new Event('input'))}"""
    browser.evaluate(script)
    moved = browser.evaluate("[...report.latent]")
    assert moved != first
    browser.evaluate("document.querySelector('.reset').click()")
    np.testing.assert_allclose(browser.evaluate("[...report.latent]"), first, atol=1e-5)
    browser.evaluate(script)
    browser.evaluate("document.querySelector('#link').click()")
    fragment = browser.evaluate("location.hash")
    browser.open(page, fragment)
    np.testing.assert_allclose(browser.evaluate("[...report.latent]"), moved, rtol=1e-3, atol=1e-6)


def chosen_file(browser, path):
    """Chooses a file in the page's input, as a user would, and waits for the page to answer."""
    browser.evaluate("document.querySelector('#own-said').textContent = ''")
    field = browser.call("Runtime.evaluate", expression="document.querySelector('#own')")["result"]["objectId"]
    browser.call("DOM.setFileInputFiles", files=[str(path)], objectId=field)
    return answer(browser)


def answer(browser):
    """What the page says of a file, "" if it says nothing for a while."""
    return browser.evaluate("""new Promise((resolve) => {
      const said = document.querySelector('#own-said');
      const look = (rest) => (said.textContent || !rest ? resolve(said.textContent) : setTimeout(look, 10, rest - 1));
      look(3000);
    })""")


DROP = """fetch('data:image/png;base64,%s').then((file) => file.blob()).then((blob) => {
  document.querySelector('#own-said').textContent = '';
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([blob], 'dropped.png', {type: 'image/png'}));
  document.querySelector('.bench').dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true}));
})"""


def check_own_image(browser, model, folder):
    """An image of one's own is encoded as the library does, from a file and dropped; what is no image is refused."""
    shape = browser.evaluate("[data.shape.height, data.shape.width, data.shape.channels]")
    face = generative.faces(1, shape[0], 77, channels=shape[2])
    path = folder / "own.png"
    generative.Image.grid(face.read(), padding=0).save(path)
    said = chosen_file(browser, path)
    assert said.startswith("own.png is encoded"), said
    row = np.array(browser.evaluate("[...report.own()]"), np.float32).reshape(shape)
    assert np.abs(row - np.round(face.read()[0].reshape(shape) * 255) / 255).max() < 1e-3, "the page reads other pixels"
    loaded, state = generative.load(model), painted(browser, "0")
    x = row.reshape(1, -1) if isinstance(loaded, generative.PCA) else row[None]
    labels = {"labels": [state["label"]]} if getattr(loaded, "n_classes", 0) else {}
    latent = loaded.transform(x, **labels)[0]
    spread = np.array(browser.evaluate("data.decoder.deviation"))
    assert (np.abs(latent - state["latent"]) <= 0.02 * spread + 1e-3).all(), "the page encodes otherwise"
    expected = loaded.inverse_transform(latent[None], **labels).reshape(shape)
    shown = np.array(state["pixels"], np.float32).reshape(*shape[:2], 4)[..., : shape[2]] / 255
    assert np.abs(shown - np.clip(expected, 0, 1)).max() <= 1.01 / 255, "the reconstruction is not the library's"
    near(float(re.search(r"PSNR (-?[\d.]+) dB", said)[1]), generative.evaluate.psnr(expected.reshape(1, -1), x.reshape(1, -1)), 1)
    # A larger image, of other proportions: the square in its middle, scaled.
    large = generative.faces(1, 64, 77, channels=3).read()[0]
    wide = np.concatenate([np.zeros((64, 32, 3)), large, np.ones((64, 32, 3))], 1).astype(np.float32)
    generative.Image.grid(wide[None], padding=0).save(path)
    browser.evaluate(DROP % base64.b64encode(path.read_bytes()).decode())
    assert answer(browser).startswith("dropped.png is encoded")
    row = np.array(browser.evaluate("[...report.own()]"), np.float32).reshape(shape)
    assert abs(row.mean() - large.mean()) < 0.05 and row.std() > 0.5 * large.std(), "the middle is not scaled"
    (folder / "text.png").write_text("no image")
    assert "text.png is not an image" in chosen_file(browser, folder / "text.png")


def check_walk(browser, model):
    """The walk goes from A to B as gen interpolate does, is moved by keys, and is part of the link."""
    names = ["#own", "#set-a", "#walk", "#set-b"] if browser.evaluate("Boolean(data.decoder.encoder)") else ["#walk"]
    for name in names:
        assert browser.evaluate(f"document.querySelector('{name}').focus(), document.activeElement.matches('{name}')")
    browser.evaluate("document.querySelector('#set-a').click(); document.querySelectorAll('#starts button')[2].click()")
    browser.evaluate("document.querySelector('#set-b').click()")
    last = browser.evaluate("[...report.latent]")
    go = "{{const walk = document.querySelector('#walk'); walk.value = {}; walk.dispatchEvent(new Event('input'))}}"
    browser.evaluate(go.format(0))
    first = browser.evaluate("[...report.latent]")
    assert first != last
    browser.evaluate(go.format(0.25))
    spherical = isinstance(generative.load(model), (generative.VAE, generative.GAN))
    ends = [np.array(end, np.float32) for end in (first, last)]
    way = generative.latents.interpolate(*ends, 5, curve="spherical" if spherical else "linear")
    np.testing.assert_allclose(browser.evaluate("[...report.latent]"), way[1], rtol=1e-4, atol=1e-4)
    browser.evaluate("document.querySelector('#walk').focus()")
    before = browser.evaluate("[...report.latent]")
    for kind in ("rawKeyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
    assert browser.evaluate("[...report.latent]") != before, "an arrow key does not move the walk"
    browser.evaluate("document.querySelector('#link').click()")
    fragment = browser.evaluate("location.hash")
    browser.open(Path(browser.evaluate("decodeURI(location.pathname)")), fragment)
    browser.evaluate(go.format(1))
    np.testing.assert_allclose(browser.evaluate("[...report.latent]"), last, rtol=1e-3, atol=1e-3)


def check_page(browser, name, folder, least):
    model, page = folder / f"{name}.safetensors", folder / f"{name}.html"
    browser.open(page)
    state = browser.evaluate("document.readyState")
    assert state == "complete", state
    count = browser.evaluate("document.querySelectorAll('#sliders input').length")
    assert count >= least and (least > 0 or count == 0), f"{count} sliders"
    if name not in ("pca", "mixed"):
        assert browser.evaluate("document.querySelectorAll('#history svg path').length") >= 1, "no loss curve"
    worst = 0.0
    if count:
        before = painted(browser, "0")
        moved = 0
        # Each slider to both ends, then a random latent, the class changed where there are some.
        scripts = [
            f"{{const s = document.querySelectorAll('#sliders input')[{k}]; s.value = s.{end};"
            " s.dispatchEvent(new Event('input'))}"
            for k in range(count) for end in ("max", "min")
        ]  # fmt: skip
        scripts.append("document.querySelector('#random').click()")
        scripts.append(
            "{const c = document.querySelector('#class'); if (c) {c.value = 1; c.dispatchEvent(new Event('change'))}}"
        )
        scripts.append("document.querySelector('#starts button')?.click()")
        for script in scripts:
            after = painted(browser, script)
            moved += after["pixels"] != before["pixels"]
            before = after
            expected = np.clip(decoded(model, after), 0, 1)
            shown = np.array(after["pixels"], np.float32).reshape(*expected.shape[:2], 4)[..., :3] / 255
            worst = max(worst, float(np.abs(shown - expected).max()))
        assert moved >= len(scripts) // 2, f"{moved} of {len(scripts)} moves changed the picture"
        assert worst <= 1 / 255, f"a pixel is {worst * 255:.2f}/255 from what the library decodes"
        check_state(browser, page)
        check_walk(browser, model)
        has_encoder = browser.evaluate("Boolean(document.querySelector('#own'))")
        assert has_encoder == (name not in ("gan", "dcgan")), "an image of one's own"
        if has_encoder:
            check_own_image(browser, model, folder)
    if browser.evaluate("Boolean(document.querySelector('#map'))"):
        check_map(browser, count > 0)
    looks = [(width, scheme) for width in (320, 390, 1440) for scheme in ("light", "dark")]
    # All looks of one page, and two of each other.
    for look in looks if name == "bernoulli" else [looks[len(name) % 6], looks[(len(name) + 3) % 6]]:
        check_access(browser, *look)
    complaints = browser.complaints()
    assert not complaints, "\n".join(complaints)
    print(f"{name:15}{page.stat().st_size / 1e3:8.0f} kB{count:4} sliders, within {worst * 255:.3f}/255")


def check_watch(browser, folder):
    """The page that gen train --watch leaves: curves, and samples of the same latents by epoch."""
    watched = ["train", "gan", *FACES, "--latent-size", "6", "--epochs", "4", "--checkpoint-steps", "3"]
    page = folder / "watch.html"
    run = [GEN, *watched, "--watch", page, "-q", "-o", folder / "watched.safetensors"]
    subprocess.run(run, check=True)
    browser.open(page)
    assert browser.evaluate("document.querySelectorAll('#history svg path').length") >= 4, "no curves"
    texts = browser.evaluate("[...document.images].map((image) => image.alt)")
    assert texts[0] == texts[-1] == "samples after 4 epochs" and "samples after 1 epochs" in texts, texts
    assert browser.evaluate("[...document.images].every((image) => image.naturalWidth > 100)")
    check_access(browser, 390, "dark")
    assert not browser.complaints(), browser.complaints()
    print(f"watch          {page.stat().st_size / 1e3:8.0f} kB")


def near(found, expected, digits):
    assert abs(found - expected) <= 0.5001 * 10**-digits, f"the page says {found}, not {expected}"


def check_copies(text, model):
    """The copy check is made with training rows, and says what numpy finds."""
    training, unseen = (generative.faces(200, 16, seed).read() for seed in (0, 1))
    samples = model.sample(200, seed=1)

    def median(rows):
        rows, known = rows.reshape(200, -1), training.reshape(200, -1)
        return np.sort([np.linalg.norm(known - row, axis=1).min() for row in rows])[100]

    found = re.search(r"distance is ([\d.]+) for 200 samples and (\d+\.\d+) for rows of faces:1", text)
    near(float(found[1]), median(samples), 2)
    near(float(found[2]), median(unseen), 2)


def check_denoising(text, model):
    rows = generative.faces(200, 16, 1).read()
    noisy = generative.corrupt(rows.reshape(200, -1), "masking", seed=0)
    found = re.search(r"rises from ([\d.]+) to ([\d.]+) dB", text)
    near(float(found[1]), generative.evaluate.psnr(noisy, rows), 2)
    near(float(found[2]), generative.evaluate.psnr(model.reconstruct(noisy.reshape(rows.shape)), rows), 2)


def check_text(name, path, text):
    """What a page says of samples, of copies and of noise."""
    model = generative.load(path)
    if name == "bernoulli":
        check_copies(text, model)
    elif name == "denoiser":
        check_denoising(text, model)
    else:
        assert "dB" in text or name in ("gan", "dcgan"), "no figure of reconstructions"
    # Only training rows show copies.
    assert ("Nearest training rows" in text) == (name in ("bernoulli", "mixed")), "which rows are the nearest of?"
    if "Nearest rows" in text:
        assert "does not show whether the model copies" in text
    assert ("Latents from one Gaussian" in text) == (name in ("autoencoder", "mixed", "denoiser"))
    assert ("Latents from the model's mixture" in text) == (name == "mixed")
    assert ("cannot tell them apart" in text) == (name in ("gan", "dcgan")), "no words on D(x)"


def main():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for model, arguments, rows, _ in MODELS:
            path = folder / f"{model}.safetensors"
            subprocess.run([GEN, *arguments, "-q", "-o", path], check=True, stdout=subprocess.DEVNULL, cwd=folder)
            page = folder / f"{model}.html"
            subprocess.run([GEN, "report", path, *rows, "-o", page], check=True, stdout=subprocess.DEVNULL)
            text = page.read_text()
            links = re.findall(r"""(?:src|href)\s*=\s*["'](?!data:)([^"']*)""", text)
            assert not links, f"{model}.html links to {links}"
            check_text(model, path, text)
        if not chromium:
            print("skipped: there is no chromium to open the pages in")
            return 0
        browser = Browser(chromium, folder / "profile")
        try:
            pages = [(model, lambda model=model, least=least: check_page(browser, model, folder, least))
                     for model, _, _, least in MODELS]  # fmt: skip
            for model, check in [*pages, ("watch", lambda: check_watch(browser, folder))]:
                try:
                    check()
                except (AssertionError, RuntimeError) as error:
                    print(f"{model}: {error}")
                    failed += 1
        finally:
            browser.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
