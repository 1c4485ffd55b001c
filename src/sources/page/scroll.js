// Run in a page: scrolls on by most of the window; says where it is. At the end it goes back a little first, because some
// pages load more only when their end comes into view.
return (async () => {
  const root = document.scrollingElement || document.documentElement;
  let pane = root;
  if (root.scrollHeight <= window.innerHeight + 4) {
    let most = 0;
    for (const element of document.querySelectorAll("body *")) {
      const hidden = element.scrollHeight - element.clientHeight;
      if (hidden > 50 && hidden > most && element.clientHeight > window.innerHeight / 2) {
        if (/auto|scroll/.test(getComputedStyle(element).overflowY)) {
          most = hidden;
          pane = element;
        }
      }
    }
  }
  // A frame in sight that scrolls comes first; the page stays until its end is reached.
  const frames = documents().slice(1).flatMap((doc) => {
    const inner = doc.scrollingElement || doc.documentElement;
    const outer = doc.defaultView.frameElement.getBoundingClientRect();
    const tall = doc.defaultView.innerHeight;
    const seen = outer.bottom > 0 && outer.top < window.innerHeight;
    return inner.scrollHeight > tall + 4 ? [{ inner, tall, seen }] : [];
  });
  const heights = () => pane.scrollHeight + frames.reduce((sum, { inner }) => sum + inner.scrollHeight, 0);
  const unread = frames.filter(({ inner, tall, seen }) => seen && inner.scrollHeight - inner.scrollTop - tall >= 4);
  if (unread.length > 0) {
    unread.forEach(({ inner, tall }) => inner.scrollTo({ top: inner.scrollTop + tall * 0.9, behavior: "instant" }));
    return { bottom: false, height: heights() };
  }
  const view = pane === root ? window.innerHeight : pane.clientHeight;
  const left = () => pane.scrollHeight - pane.scrollTop - view;
  const to = (top) => pane.scrollTo({ top, behavior: "instant" });
  if (left() < 4) {
    to(pane.scrollTop - view * 0.3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    to(pane.scrollHeight);
  } else {
    to(pane.scrollTop + view * 0.9);
  }
  return { bottom: left() < 4, height: heights() };
})();
