import type { Answer, CallOptions, Send } from './send.ts';
import { listIn, objectIn, ShapeError, textIn } from './shape.ts';

/**
 * Reads a list to its end, page by page.
 *
 * A record that appears while paging lands before the first page, and is seen by the next reading only.
 */
export async function readPages<Item>(
  send: Send,
  path: string,
  { key, links, item }: { readonly key: string; readonly links: string; readonly item: (value: unknown) => Item },
  options: CallOptions,
): Promise<Item[]> {
  const items: Item[] = [];
  const visited = new Set<string>();
  const read = (value: unknown): { readonly items: Item[]; readonly next: string | undefined } => {
    const body = objectIn(value, key);
    const next = nextIn(body[links]);
    // A service that sends us round in circles would otherwise never let us go.
    if (next !== undefined && visited.has(next)) throw new ShapeError(`page ${next} comes twice`);
    return { items: listIn(body, key).map(item), next };
  };
  const [list = path] = path.split('?');
  let query: string | undefined = path.slice(list.length);
  while (query !== undefined) {
    visited.add(query);
    const page: Answer<ReturnType<typeof read>> = await send({
      method: 'GET',
      path: `${list}${query}`,
      read,
      ...options,
    });
    items.push(...page.value.items);
    query = page.value.next;
  }
  return items;
}

/** Only the query of the link counts: a service behind a proxy may not know its own address. */
function nextIn(links: unknown): string | undefined {
  if (!Array.isArray(links)) return undefined;
  const next = links.map((link) => objectIn(link, 'link')).find(({ rel }) => rel === 'next');
  if (!next) return undefined;
  const href = textIn(next, 'href');
  if (!URL.canParse(href, 'http://nova')) throw new ShapeError(`next page at ${href}`);
  return new URL(href, 'http://nova').search;
}
