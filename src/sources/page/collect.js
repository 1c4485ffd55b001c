// Run in a page: its images that are new or have changed since the last call, and what else decides how to go on.
const KEY = Symbol.for("gleaner.seen");
const MOST = 2000;
const LONGEST = 4096;
if (!window[KEY]) {
  Object.defineProperty(window, KEY, { value: { marks: new WeakMap(), count: 0 } });
}
const seen = window[KEY];
const text = (value) => String(value || "").replace(/\s+/g, " ").trim().slice(0, LONGEST);
const address = (value) => {
  const trimmed = String(value || "").trim();
  return trimmed.startsWith("data:") ? "data:" : trimmed.length > LONGEST ? "" : trimmed;
};
const candidates = (value) => {
  const set = String(value || "").trim();
  return set.length > 16 * LONGEST || set.includes("data:") ? "" : set;
};
const images = [];
let more = false;
const all = documents();
for (const [image, doc] of all.flatMap((doc) => [...doc.images].map((image) => [image, doc]))) {
  const picture = image.closest("picture");
  const sources = picture ? [...picture.querySelectorAll("source")] : [];
  const sets = sources.map((source) => ({
    type: text(source.type),
    set: candidates(source.srcset || source.dataset.srcset),
  }));
  sets.push({ type: "", set: candidates(image.srcset) }, { type: "", set: candidates(image.dataset.srcset) });
  const lazy = ["src", "original", "lazySrc", "lazy", "fullSrc"].map((name) => address(image.dataset[name]));
  const src = address(image.getAttribute("src"));
  const size = [image.naturalWidth, image.naturalHeight];
  const given = [Number(image.getAttribute("width")) || 0, Number(image.getAttribute("height")) || 0];
  const mark = JSON.stringify([src, sets, lazy, size, image.complete]);
  const known = seen.marks.get(image);
  if (known && known.mark === mark) {
    continue;
  }
  if (images.length >= MOST) {
    more = true;
    break;
  }
  const id = known ? known.id : seen.count++;
  seen.marks.set(image, { mark, id });
  const figure = image.closest("figure");
  const caption = figure && figure.querySelector("figcaption");
  const license = figure && figure.querySelector('a[rel~="license"]');
  const link = image.closest("a[href]");
  images.push({
    id,
    src,
    lazy: lazy.filter((value) => value && value !== "data:"),
    sets: sets.filter((entry) => entry.set),
    size,
    given,
    complete: image.complete,
    alt: text(image.getAttribute("alt")),
    title: text(image.getAttribute("title")),
    caption: text(caption && caption.textContent),
    link: link ? address(link.href) : "",
    license: license ? address(license.href) : "",
    frame: doc === document ? "" : doc.location.href.slice(0, LONGEST),
    base: doc === document ? "" : doc.baseURI.slice(0, LONGEST),
  });
}
const links = [];
for (const link of document.querySelectorAll("link[rel][href], a[href]")) {
  const rel = text(link.rel).toLowerCase();
  const label = text(link.getAttribute("aria-label") || link.title);
  const words = text(link.textContent);
  const short = (value) => value.length > 0 && value.length <= 40;
  if ((rel.includes("next") || short(words) || short(label)) && links.length < MOST) {
    links.push({ href: address(link.href), rel, words: words.slice(0, 80), label: label.slice(0, 80) });
  }
}
const robots = (doc) =>
  [...doc.querySelectorAll("meta[name]")].slice(0, 200).map((meta) => [text(meta.name).slice(0, 40), text(meta.content).slice(0, 400)]);
return {
  url: location.href.slice(0, LONGEST),
  base: document.baseURI.slice(0, LONGEST),
  images,
  more,
  links,
  robots: robots(document),
  frames: all.slice(1).map((doc) => ({ url: doc.location.href.slice(0, LONGEST), robots: robots(doc) })),
};
