// Two hands on one text: the person went on typing while the server answered with a text of its own.

/** What was put into `from` to make it `to`: that which stands between their common beginning and their common end. */
export function inserted(from, to) {
  let head = 0, tail = 0;
  const most = Math.min(from.length, to.length);
  while (head < most && from[head] === to[head]) head += 1;
  while (tail < most - head && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail += 1;
  return to.slice(head, to.length - tail);
}

/** The server knew `known`, the person has typed on to `now`, the server answered `fresh`: a text in which no
 * word is missing. */
export function merged(known, now, fresh) {
  if (now === known) return fresh;
  if (fresh === known) return now;
  if (known && fresh.endsWith(known)) return fresh.slice(0, -known.length) + now;
  const extra = inserted(known, now);
  return extra.trim() ? (fresh.trimEnd() ? `${fresh.trimEnd()}\n\n${extra.trimStart()}` : extra.trimStart()) : fresh;
}
