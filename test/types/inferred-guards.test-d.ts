// From TypeScript 5.5 on: the compiler sees by itself that a function is a guard.
import { expectTypeOf } from 'expect-type';
import { createWaiter, waitFor } from 'unsleep';

type Upload = { readonly state: 'busy' } | { readonly state: 'done'; readonly link: string };
declare const upload: Upload;
declare const host: string | undefined;

expectTypeOf(waitFor(() => host, { until: (host) => host !== undefined })).resolves.toEqualTypeOf<string>();
expectTypeOf(waitFor(async () => 0 as number, { until: (value) => value === 0 })).resolves.toEqualTypeOf<0>();
expectTypeOf(
  waitFor(() => 3 as number | string, { until: (value) => typeof value === 'number' }),
).resolves.toEqualTypeOf<number>();
expectTypeOf(waitFor(() => upload, { until: ({ state }) => state === 'done' })).resolves.toEqualTypeOf<Upload>();
expectTypeOf(
  waitFor(() => upload, { until: (upload) => upload.state === 'done', timeout: '5s' }),
).resolves.toEqualTypeOf<{ readonly state: 'done'; readonly link: string }>();
expectTypeOf(
  createWaiter({}).waitFor(() => host, { until: (host) => host !== undefined }),
).resolves.toEqualTypeOf<string>();
