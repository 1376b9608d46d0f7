// What a file is, by the end of its name. In: a file name and its bytes. Out: the media type that visitors are told.
// Kept short: what a status page and its neighbours are made of. Anything else is bytes, which a browser offers to save.

const text: Readonly<Record<string, string>> = {
  html: "text/html",
  htm: "text/html",
  css: "text/css",
  js: "text/javascript",
  mjs: "text/javascript",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  ics: "text/calendar",
  vtt: "text/vtt",
  xml: "application/xml",
  atom: "application/atom+xml",
  rss: "application/rss+xml",
  svg: "image/svg+xml",
};

const other: Readonly<Record<string, string>> = {
  json: "application/json",
  map: "application/json",
  webmanifest: "application/manifest+json",
  avif: "image/avif",
  gif: "image/gif",
  ico: "image/x-icon",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  webm: "video/webm",
  otf: "font/otf",
  ttf: "font/ttf",
  woff: "font/woff",
  woff2: "font/woff2",
  gz: "application/gzip",
  pdf: "application/pdf",
  wasm: "application/wasm",
  zip: "application/zip",
};

const unknown = "application/octet-stream";
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The media type of a file called `name`. Text says that it is UTF-8 where it is; what it is otherwise stands in itself. */
export function contentTypeOf(name: string, bytes: Uint8Array): string {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  const type = Object.hasOwn(text, extension) ? text[extension] : undefined;
  if (type !== undefined) return isUtf8(bytes) ? `${type}; charset=utf-8` : type;
  return (Object.hasOwn(other, extension) ? other[extension] : undefined) ?? unknown;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
