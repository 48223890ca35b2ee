// What a page says about itself, asked from within: how far it sticks out, which words its boxes cut, and every word on it.
() => {
  // Initials and time zones are names; keys and code are the same in every language.
  const SILENT = "script, style, template, noscript, textarea, code, kbd, pre, samp, .face, option[value*='/']";
  const SIDEWAYS = "table, pre, nav, [role=tablist]";  // may be wider than the window, in a box that scrolls
  const SPOKEN = ["placeholder", "title", "aria-label", "alt"];
  const root = document.documentElement;

  function where(element) {
    const steps = [];
    for (let step = element; step && step !== document.body && steps.length < 4; step = step.parentElement) {
      if (step.id) { steps.unshift(`#${step.id}`); break; }
      steps.unshift([step.localName, ...[...step.classList].slice(0, 2)].join("."));
    }
    return steps.join(" > ");
  }

  function* texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (node.data.trim() && !node.parentElement.closest(SILENT)) yield node;
  }

  // How many pixels of these lines the boxes around them cut off, where no dots say so and nobody expects to scroll.
  function cut(element, lines) {
    let wide = true, high = true;
    for (let box = element; box && box !== document.body && (wide || high); box = box.parentElement) {
      const style = getComputedStyle(box), area = box.getBoundingClientRect();
      if (style.display === "inline" || style.display === "contents") continue;
      if (style.clipPath !== "none" || box.clientWidth <= 1) return 0;
      const [x, y] = [style.overflowX, style.overflowY];
      for (const line of lines) {
        const beside = Math.max(line.right - area.right, area.left - line.left);
        const below = Math.max(line.bottom - area.bottom, area.top - line.top);
        if (wide && /auto|scroll/.test(x) && beside > 1 && !element.closest(SIDEWAYS)) return Math.round(beside);
        if (wide && /hidden|clip/.test(x) && style.textOverflow !== "ellipsis" && beside > 1) return Math.round(beside);
        if (high && /hidden|clip/.test(y) && style.webkitLineClamp === "none" && below > line.height / 4) return Math.round(below);
      }
      wide &&= !/auto|scroll/.test(x) && !(/hidden|clip/.test(x) && style.textOverflow === "ellipsis");
      high &&= !/auto|scroll/.test(y) && style.webkitLineClamp === "none";
      if (style.position === "fixed") break;
    }
    return 0;
  }

  const pen = document.createElement("canvas").getContext("2d");
  function tooLong(field, words) {
    const style = getComputedStyle(field);
    pen.font = style.font;
    const arrow = field.localName === "select" && style.appearance !== "none" ? 20 : 0;
    return Math.round(pen.measureText(words).width - (field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow));
  }

  const clipped = [], words = [{ where: "title", text: document.title }];
  for (const node of texts()) {
    const element = node.parentElement, text = node.data.trim().replace(/\s+/g, " ");
    const spoken = element.closest("[lang]");
    if (spoken === root || spoken.lang === root.lang) words.push({ where: where(element), text });
    if (element.closest("select, svg") || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const pixels = cut(element, [...range.getClientRects()].filter((line) => line.width && line.height));
    if (pixels > 0) clipped.push({ where: where(element), text, pixels });
  }
  for (const field of document.querySelectorAll("input[placeholder], select")) {
    const text = field.localName === "select" ? field.selectedOptions[0]?.text.trim() : field.value ? "" : field.placeholder;
    if (!text || !field.checkVisibility({ visibilityProperty: true }) || field.clientWidth <= 1 || field.multiple) continue;
    const pixels = tooLong(field, text);
    if (pixels > 1) clipped.push({ where: where(field), text, pixels });
  }
  for (const name of SPOKEN)
    for (const element of document.querySelectorAll(`[${name}]`)) words.push({ where: `${where(element)} ${name}`, text: element.getAttribute(name) });
  for (const button of document.querySelectorAll("input[type=submit], input[type=button]")) words.push({ where: where(button), text: button.value });
  return { language: root.lang, sideways: root.scrollWidth - innerWidth, clipped, words };
}
