import { resolved } from '../location.ts';
import { isWord } from './openstack-answers.ts';

/** Where a server and what belongs to it are found. */
export interface Place {
  /** `https://…/v2.1/servers/{id}` */
  readonly server: string;
  /** `https://…/v2.1/os-migrations?instance_uuid={id}` */
  readonly migrations: string;
}

// Nothing else may get into an address: `..` would lead elsewhere.
const ID = /^[\w-]+$/;

/** The place that the address of a server belongs to, or of what is below one; undefined for other addresses. */
export function placeOf(address: string | undefined): Place | undefined {
  const url = urlOf(address);
  const [, base, id = ''] = /^(.*)\/servers\/([^/]+)(?:\/.*)?$/.exec(url?.pathname ?? '') ?? [];
  return url && id !== 'detail' ? placeAt(url.origin + base, id) : undefined;
}

/** The place that the list of migrations of a server belongs to. */
export function placeOfMigrations(address: string | undefined): Place | undefined {
  const url = urlOf(address);
  const base = /^(.*)\/os-migrations$/.exec(url?.pathname ?? '')?.[1];
  return url && base !== undefined
    ? placeAt(url.origin + base, url.searchParams.get('instance_uuid') ?? '')
    : undefined;
}

/** The place of a server that was created by a request to the list of servers. */
export function placeIn(collection: string, id: unknown): Place | undefined {
  const url = urlOf(collection);
  const base = /^(.*)\/servers\/?$/.exec(url?.pathname ?? '')?.[1];
  return url && base !== undefined && isWord(id) ? placeAt(url.origin + base, id) : undefined;
}

function placeAt(base: string, id: string): Place | undefined {
  if (!ID.test(id)) return undefined;
  return { server: `${base}/servers/${id}`, migrations: `${base}/os-migrations?instance_uuid=${id}` };
}

/** Where the action is found that a request has begun; undefined without its id. */
export function actionAt({ server }: Place, requestId: string | undefined): string | undefined {
  return requestId && ID.test(requestId) ? `${server}/os-instance-actions/${requestId}` : undefined;
}

function urlOf(address: string | undefined): URL | undefined {
  const href = resolved(address, address ?? '');
  return href === undefined ? undefined : new URL(href);
}
