import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Condition, type Peer, rethrow } from './peer.ts';

/** Waits for URLs, so each look is a request here, to a server that asks the condition. */
export const WAIT_ON: Peer = {
  name: 'wait-on',
  package: 'wait-on',
  imports: '{ default as it }',
  host: 'node',
  notYet: 'falsy',
  lacks: ['signal', 'stop', 'throw'],
  load: async () => {
    const { default: waitOn } = await import('wait-on');
    return async ({ condition, timeout, interval }) => {
      const server = serve(condition);
      await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
      const { port } = server.address() as AddressInfo;
      const resources = [`http-get://127.0.0.1:${port}/`];
      const pace = interval !== undefined && { interval, window: interval };
      try {
        await waitOn({ resources, timeout, proxy: false, ...pace });
      } finally {
        server.close();
      }
    };
  },
};

function serve(condition: Condition) {
  return createServer(async (_request, response) => {
    const answer = await condition(rethrow);
    response.writeHead(answer ? 200 : 503).end();
  });
}
