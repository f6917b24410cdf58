import type { Plugin } from 'vite';

/** What each migration answers, one after the other; the last for ever. A number is an HTTP status. */
const ANSWERS: Record<string, (number | string)[]> = {
  works: [503, 'running', 'completed'],
  fails: ['error'],
};

/** A service beside the page: `/migrations/:id`, where some work, some fail, and others never answer. */
export function migrations(): Plugin {
  return {
    name: 'migrations',
    configureServer: ({ middlewares }) => {
      middlewares.use('/migrations/', ({ url = '' }, response) => {
        const id = url.slice(1);
        const answers = ANSWERS[id];
        if (!answers) return;
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        response.setHeader('content-type', 'application/json');
        if (typeof answer === 'number') response.writeHead(answer, { 'retry-after': '0' }).end('{}');
        else response.end(JSON.stringify({ id, status: answer }));
      });
    },
  };
}
