// What is pasted becomes Markdown: a table of a spreadsheet here, a page's HTML by the server. The words alone stand there at once;
// undo, or pasting with Shift, leaves them so.

import { ask } from "./draft_calls.js";
import { insert, insertBlock, isInCode, replace } from "./editor_text.js";

const MORE_THAN_WORDS = "a[href], strong, b, em, i, code, pre, ul, ol, table, h1, h2, h3, h4, h5, h6, blockquote, img, del, s";
const MOST = 120_000;  // characters, as many as the server reads

// A cell of a spreadsheet with a line break or a tab in it comes between quotes.
const CELL = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/y;

export function tableOf(text) {
  const rows = [[]];
  CELL.lastIndex = 0;
  for (let cell; (cell = CELL.exec(text)); ) {
    rows.at(-1).push((cell[1]?.replaceAll('""', '"') ?? cell[2]).trim().replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|"));
    if (CELL.lastIndex >= text.length) break;
    if (cell[3] === "\n") rows.push([]);
  }
  const width = Math.max(...rows.map((row) => row.length));
  const line = (row) => `| ${Array.from({ length: width }, (_, at) => row[at] ?? "").join(" | ")} |`;
  return [line(rows[0]), `|${" --- |".repeat(width)}`, ...rows.slice(1).map(line)].join("\n");
}

const isSpreadsheet = (html, text) => /<table[\s>]/i.test(html) && text.includes("\t");

// Null where there is nothing but words. Google wraps whatever it copies in a <b> that is not bold.
function foreign(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const plain of page.querySelectorAll("b[style*='font-weight:normal'], b[style*='font-weight: normal']")) plain.replaceWith(...plain.childNodes);
  return page.querySelector(MORE_THAN_WORDS) ? page.body.innerHTML : null;
}

async function asMarkdown(html) {
  const token = document.querySelector("input[name=csrf_token]")?.value ?? "";
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const { status, told } = await ask(() => fetch("/editor/markdown", { method: "POST", headers, body: new URLSearchParams({ html }) }));
  return status === 200 ? told.markdown : null;
}

export async function paste(area, event, asWords) {
  const { clipboardData } = event;
  if (event.defaultPrevented || asWords || clipboardData.files.length || isInCode(area)) return;
  const html = clipboardData.getData("text/html"), text = clipboardData.getData("text/plain").replace(/\r\n?/g, "\n");
  if (!html || html.length > MOST) return;
  if (isSpreadsheet(html, text)) {
    event.preventDefault();
    insertBlock(area, tableOf(text.replace(/\n$/, "")));
    return;
  }
  const inside = foreign(html);
  if (inside === null) return;
  event.preventDefault();
  insert(area, text);
  const end = area.selectionStart, start = end - text.length;
  const markdown = await asMarkdown(inside);
  // Somebody may have gone on typing meanwhile: then what stands there stays.
  if (!markdown || markdown === text || area.value.slice(start, end) !== text || area.selectionStart !== end) return;
  replace(area, start, end, markdown);
}
