// A dialect says what an answer means. This one is for an invented API of printers, and stands on the plain one: HTTP says
// the same everywhere, and what this API calls its ends can be told.
import { type Dialect, plain, settleOperation } from 'unsleep/operation';

const { classify } = plain<{ pages: number }>({ path: 'phase', succeeded: ['PRINTED'], failed: ['JAMMED'] });

// What is left is where to look: the answer to the request has the id of a job, and no header says where that is.
const printers: Dialect<{ pages: number }> = {
  name: 'printers',
  classify(response, at) {
    const seen = classify(response, at);
    const { id } = Object(response.body) as { id?: unknown };
    if (seen.kind !== 'no-monitor' || typeof id !== 'number') return seen;
    return { kind: 'pending', url: new URL(`/jobs/${id}`, response.url).href };
  },
  cancel: ({ url = '' }, { send }) => send(url, { method: 'DELETE' }),
};

// A server, without a network: job 7 prints, and job 8 jams.
const phases = ['QUEUED', 'PRINTING', 'PRINTED', 'QUEUED', 'JAMMED'];
const fetch = async () => Response.json({ phase: phases.shift(), pages: 12, message: 'no paper' });

for (const id of [7, 8]) {
  const started = { status: 201, url: 'https://print.example/jobs', body: { id, phase: 'QUEUED' } };
  const verdict = await settleOperation(started, { dialect: printers, fetch, interval: 1 });
  console.log(
    verdict.outcome === 'succeeded'
      ? `job ${id}: ${verdict.value.pages} pages`
      : `job ${id}: ${verdict.outcome}, ${verdict.error.failure?.message}, ${verdict.error.token.url}`,
  );
}

// Prints:
// job 7: 12 pages
// job 8: failed, no paper, https://print.example/jobs/8
