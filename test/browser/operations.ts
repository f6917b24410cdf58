import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Plugin } from 'vite';

/**
 * A service beside the page that takes operations, `POST /operations/`: they are read once, then a 303 leads to the
 * result. And another one on an origin of its own, which lets pages read its answers, but none of its headers.
 */
export function operations(): Plugin {
  let reads = 0;
  const answer = ({ url, method }: IncomingMessage, response: ServerResponse) => {
    if (method === 'POST') response.writeHead(202, { 'operation-location': '/operations/41' }).end();
    else if (url === '/result') response.setHeader('content-type', 'application/json').end('{"size":41}');
    else if (reads++ % 2 === 0) response.setHeader('content-type', 'application/json').end('{"status":"running"}');
    else response.writeHead(303, { location: '/operations/result' }).end();
  };
  return {
    name: 'operations',
    configureServer: ({ middlewares, httpServer }) => {
      const elsewhere = createServer((_, response) => {
        response.writeHead(202, { 'operation-location': '/operations/41', 'access-control-allow-origin': '*' }).end();
      });
      elsewhere.listen(0, '127.0.0.1').unref();
      httpServer?.once('close', () => elsewhere.close());
      middlewares.use('/elsewhere', (_, response) => {
        response.end(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
      });
      middlewares.use('/operations', answer);
    },
  };
}
