import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { badRequest, ConnectionLost, errorResponse } from './errors.ts';
import type { FakeNova } from './fake-nova.ts';

/** A service that answers on a port of this machine. */
export interface ServedNova {
  readonly url: string;
  /** Ends the service and everything that is still open to it. */
  readonly close: () => Promise<void>;
}

/** Serves the API over real HTTP on 127.0.0.1; without a port, on a free one. */
export async function serveFakeNova(
  nova: FakeNova,
  { port = 0 }: { readonly port?: number } = {},
): Promise<ServedNova> {
  const listener = getRequestListener(
    async (request, env) => {
      try {
        return await nova.app.fetch(request, env);
      } catch (error) {
        if (error instanceof ConnectionLost) (env as HttpBindings).incoming.socket.resetAndDestroy();
        throw error;
      }
    },
    { overrideGlobalObjects: false, errorHandler: answerTo },
  );
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${actual}`, close: () => close(nova, server) };
}

/** A lost connection has nobody left to tell; anything else here is a request that is no HTTP. */
function answerTo(error: unknown): Response | undefined {
  if (error instanceof ConnectionLost) return undefined;
  return errorResponse(badRequest('Malformed request url'));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(nova: FakeNova, server: Server): Promise<void> {
  nova.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
