import type { HttpContext, Routes } from '../http.ts';
import { MAX_MINOR } from '../microversion.ts';

/** The version documents, which need no token. */
export const versionRoutes: Routes = (app) => {
  app.get('/', (context) => context.json({ versions: [versionOf(context)] }));
  app.get('/v2.1', (context) => context.json({ version: versionOf(context) }));
  app.get('/v2.1/', (context) => context.json({ version: versionOf(context) }));
};

function versionOf(context: HttpContext) {
  const href = `${new URL(context.req.url).origin}/v2.1/`;
  return {
    id: 'v2.1',
    status: 'CURRENT',
    version: `2.${MAX_MINOR}`,
    min_version: '2.1',
    updated: '2013-07-23T11:33:21Z',
    links: [{ rel: 'self', href }],
  };
}
