import { Hono } from 'hono';
import { ApiError, ConnectionLost, errorResponse, unexpectedError } from './errors.ts';
import { faultMiddleware } from './fault-middleware.ts';
import type { HttpApp, HttpContext, HttpEnv } from './http.ts';
import { authentication, conventions, jsonOnly, type RequestEntry } from './middleware.ts';
import { matchesRoute } from './route-pattern.ts';
import { instanceActionRoutes } from './routes/instance-actions.ts';
import { migrationRoutes } from './routes/migrations.ts';
import { serverActionRoutes } from './routes/server-actions.ts';
import { serverMigrationRoutes } from './routes/server-migrations.ts';
import { serverRoutes } from './routes/servers.ts';
import { serviceRoutes } from './routes/services.ts';
import { versionRoutes } from './routes/versions.ts';
import type { World } from './world.ts';

/** Builds the REST API. It runs in memory (`app.request`) as it does behind a real server. */
export function createHttpApp(world: () => World, log: () => RequestEntry[], isClosed: () => boolean): HttpApp {
  const app = new Hono<HttpEnv>({ strict: true });
  app.onError((error) => answerTo(error));
  app.notFound((context) => answerTo(missing(app, context)));
  app.use('*', async (_context, next) => {
    if (isClosed()) return answerTo(new ApiError(503, 'The service is closed.'));
    return next();
  });
  for (const path of ['/', '/v2.1', '/v2.1/*']) app.use(path, conventions(world, log));
  versionRoutes(app, world);
  app.use('/v2.1/*', faultMiddleware(world), authentication(world), jsonOnly);
  const groups = [serverRoutes, serverActionRoutes, serverMigrationRoutes, instanceActionRoutes];
  for (const add of [...groups, migrationRoutes, serviceRoutes]) add(app, world);
  return app;
}

function answerTo(error: Error): Response {
  // There is no answer to give; whoever serves the app cuts the connection.
  if (error instanceof ConnectionLost) throw error;
  return errorResponse(error instanceof ApiError ? error : unexpectedError(error.name));
}

function missing(app: HttpApp, { req: { method, path } }: HttpContext): ApiError {
  const others = app.routes.filter((route) => route.method !== 'ALL' && !route.path.includes('*'));
  const methods = others.filter((route) => matchesRoute(route.path, method, path)).map((route) => route.method);
  if (methods.length > 0) return new ApiError(405, 'The method specified is not allowed for this resource.');
  return new ApiError(404, 'The resource could not be found.');
}
