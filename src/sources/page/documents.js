// Before the other scripts: the documents of a page that they may read, which are its own and those of its visible frames of
// the same origin.
const documents = () => {
  const found = [];
  const add = (doc, depth) => {
    found.push(doc);
    if (depth === 3) {
      return;
    }
    for (const frame of doc.querySelectorAll("iframe, frame")) {
      let inner = null;
      try {
        inner = frame.getClientRects().length > 0 ? frame.contentDocument : null;
      } catch {
        // It is of another origin.
      }
      if (inner && inner.body && found.length < 20) {
        add(inner, depth + 1);
      }
    }
  };
  add(document, 0);
  return found;
};
