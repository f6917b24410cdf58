import { resolved } from '../location.ts';

// Before it may stand the path of a proxy, which may have an `api` of its own.
const API = /^(.*?\/(?:api|apis\/[^/]+)\/v\d[^/]*)\/(.+)$/;
// Of a namespace itself, of which anything else in the third place would be a collection in it.
const OF_A_NAMESPACE = /^namespaces\/[^/]+\/(status|finalize)$/;
// As a part of a path they would lead elsewhere, or nowhere. No object has such a name.
const NO_NAME = /^\.\.?$|[/%]|\p{Surrogate}/u;

/**
 * Where an object is, by the address that was asked and its name: a POST went to its collection, and a write may have gone
 * to a part of it, such as its scale. Without the query, which was for the write. Undefined when nothing names an object.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
export function objectAddress(asked: string, name: string | undefined): string | undefined {
  const address = resolved(asked, asked);
  if (address === undefined || (name !== undefined && NO_NAME.test(name))) return undefined;
  const url = new URL(address);
  const path = objectPath(url.pathname.replace(/\/+$/, ''), name);
  return path === undefined ? undefined : `${url.origin}${path}`;
}

function objectPath(path: string, name: string | undefined): string | undefined {
  const segment = name === undefined ? undefined : encodeURIComponent(name);
  const [, root = '', rest] = API.exec(path) ?? [];
  // An API of another shape: an address that ends with the name is that of the object.
  if (rest === undefined) {
    const isOwn = segment === undefined || path.endsWith(`/${segment}`) || path.endsWith(`/${name}`);
    return isOwn ? path : `${path}/${segment}`;
  }
  const parts = rest.split('/');
  const isInNamespace = parts[0] === 'namespaces' && parts.length > 2 && !OF_A_NAMESPACE.test(rest);
  const resource = parts.slice(0, isInNamespace ? 3 : 1);
  const own = parts[resource.length] ?? segment;
  return own === undefined ? undefined : [root, ...resource, own].join('/');
}
