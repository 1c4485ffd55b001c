// Run in a page at its end: presses a button that loads more, if there is one that has not been pressed in vain. Never a link
// to another site or another part of this one; one that leads to another page of the gallery is returned as "next".
const KEY = Symbol.for("gleaner.pressed");
if (!window[KEY]) {
  Object.defineProperty(window, KEY, { value: { images: new WeakMap() } });
}
const before = window[KEY].images;
const WORDS = new Set([
  "load more", "show more", "view more", "see more", "more photos", "more images", "more pictures", "more results", "more",
  "show all", "load all", "mehr", "mehr laden", "mehr anzeigen", "mehr bilder", "mehr fotos", "weitere laden",
  "weitere anzeigen", "weitere bilder", "alle anzeigen", "plus", "voir plus", "afficher plus", "charger plus", "plus de photos",
  "plus d'images", "más", "ver más", "cargar más", "mostrar más", "más fotos", "altro", "altri", "carica altro", "carica altri",
  "mostra altro", "mostra altri", "vedi altro", "altre foto", "mais", "ver mais", "carregar mais", "mostrar mais", "mais fotos",
  "meer", "meer laden", "meer tonen", "toon meer", "visa fler", "visa mer", "ladda fler", "fler bilder", "vis mere", "vis flere",
  "vis mer", "last inn flere", "flere billeder", "lataa lisää", "näytä lisää", "więcej", "pokaż więcej", "załaduj więcej",
  "načíst další", "zobrazit více", "zobrazit další", "daha fazla", "daha fazla yükle", "daha fazla göster", "ещё", "еще",
  "показать ещё", "показать еще", "загрузить ещё", "загрузить еще", "показати ще", "завантажити ще", "більше",
  "περισσότερα", "muat lebih banyak", "lihat lainnya", "xem thêm", "tải thêm", "もっと見る", "さらに表示", "さらに読み込む",
  "もっと読み込む", "加载更多", "查看更多", "显示更多", "更多", "載入更多", "顯示更多", "더보기", "더 보기", "المزيد",
  "عرض المزيد", "تحميل المزيد",
]);
const NAMED = /(^|[-_\s])((load|show|view|see)[-_]?more|more[-_]?(photos|images|results|items))([-_\s]|$)/i;
const LONGEST = 80;
const bare = (value) =>
  String(value || "")
    .slice(0, LONGEST)
    .toLowerCase()
    .replace(/\([^)]*\)|[\d.,…:;|+<>«»‹›→↓▼▾⌄]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
const name = (value) => (typeof value === "string" ? value.slice(0, 400) : "");

/** Whether a link leads to another document than the one that it is in. */
const leads = (link) => {
  const url = new URL(link.href, link.baseURI);
  const here = new URL(link.ownerDocument.location.href);
  url.hash = "";
  here.hash = "";
  return url.protocol !== "javascript:" && url.href !== here.href;
};

/** The path without the number of a page. */
const path = (url) => url.pathname.replace(/\/page\/\d+\/?$|\/$/, "");

const says = (element) => {
  const texts = [element.textContent, element.getAttribute("aria-label"), element.title, element.value];
  if (texts.some((text) => WORDS.has(bare(text)))) {
    return true;
  }
  return [name(element.className), element.id, name(element.dataset.action), name(element.dataset.testid)].some((text) => NAMED.test(text));
};

const may = (element) => {
  const box = element.getBoundingClientRect();
  const style = element.ownerDocument.defaultView.getComputedStyle(element);
  if (element.disabled || element.getAttribute("aria-disabled") === "true" || style.visibility !== "visible") {
    return false;
  }
  if (box.width < 4 || box.height < 4 || String(element.textContent).length > 4 * LONGEST) {
    return false;
  }
  // Menus and texts that unfold are no galleries.
  if (element.hasAttribute("aria-haspopup") || element.hasAttribute("aria-expanded")) {
    return false;
  }
  if (element.closest("nav, header, dialog, [role=navigation], [role=menu], [role=dialog], [contenteditable]")) {
    return false;
  }
  if (element.localName !== "a") {
    // A form may send what nobody wanted to send.
    return !(element.form && /^(submit|reset|image)$/.test(element.type));
  }
  if (!element.hasAttribute("href")) {
    return true;
  }
  if (element.hasAttribute("download") || /\bnofollow\b/i.test(element.rel) || !/^(|_self)$/.test(element.target)) {
    return false;
  }
  const url = new URL(element.href, element.baseURI);
  const here = element.ownerDocument.location;
  // A link to another part of the site shows something else.
  return url.protocol === "javascript:" || (url.origin === here.origin && path(url) === path(here));
};

let next = "";
const all = documents();
const images = all.reduce((sum, doc) => sum + doc.images.length, 0);
for (const doc of all) {
  const view = doc.defaultView;
  for (const element of doc.querySelectorAll("button, input[type=button], [role=button], a")) {
    let isOne = false;
    try {
      isOne = before.get(element) !== images && says(element) && may(element);
    } catch {
      // Its address cannot be read.
    }
    if (!isOne) {
      continue;
    }
    before.set(element, images);
    let isLink = false;
    const stay = (event) => {
      const link = event.target.closest && event.target.closest("a[href]");
      if (link && !event.defaultPrevented && leads(link)) {
        event.preventDefault();
        isLink = true;
        next = next || (doc === document ? link.href.slice(0, 4096) : "");
      }
    };
    view.addEventListener("click", stay);
    element.scrollIntoView({ block: "center", behavior: "instant" });
    element.click();
    view.removeEventListener("click", stay);
    if (!isLink) {
      return { pressed: true, next };
    }
  }
}
return { pressed: false, next };
