import { quoted } from './quoted.ts';

/** A body, read as far as it could be. */
export interface ReadBody {
  readonly body: unknown;
  readonly text?: string;
  readonly unreadable?: string;
}

// Without `<` in the tag: a page that opens a thousand titles is read once, and not a thousand times.
const TITLE = /<title[^<>]*>([^<]*)/i;

/** The text of bytes: in what their first bytes say, or else the content type, or else UTF-8. */
export function decoded(bytes: Uint8Array, contentType: string): string {
  const label = markOf(bytes) ?? /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  return decoderOf(label).decode(bytes);
}

/** The JSON of a text, or why there is none. Nothing at all is a body that is not there, and no fault. */
export function parseBody(text: string, contentType: string): ReadBody {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') return { body: undefined };
  const type = contentType.replace(/;.*/s, '').trim().toLowerCase();
  const isLabelled = /[/+]json$/.test(type);
  if (isLabelled || /^\s*[[{]/.test(content)) {
    try {
      return { body: JSON.parse(content) };
    } catch {
      // Not what the parser says, which quotes the body.
      if (isLabelled) return { body: undefined, unreadable: faultOf(content, type) };
    }
  }
  return { body: undefined, text: content, unreadable: `no JSON but ${kindOf(content, type)}` };
}

function faultOf(content: string, type: string): string {
  if (/^\s*</.test(content)) return `no JSON, though it says ${quoted(type, 60)}, but ${kindOf(content, 'text/html')}`;
  return `its JSON is broken or cut short (${content.length} characters)`;
}

function kindOf(content: string, type: string): string {
  const name = type === '' ? 'something without a content type' : quoted(type, 60);
  const said = TITLE.exec(content)?.[1] ?? (/^text\/(?!html)/.test(type) ? content : '');
  const shown = quoted(said, 100);
  return shown === '' ? name : `${name}: ${shown}`;
}

function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined;
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder();
  }
}
