import { expectTypeOf } from 'expect-type';
import { createWaiter, type History, learned, waitFor } from 'unsleep';
import { type Recorder, recorder } from 'unsleep/recorder';

const seen = recorder('jobs.json', { limit: 50, onProblem: (problem) => expectTypeOf(problem).toEqualTypeOf<Error>() });
expectTypeOf(seen).toEqualTypeOf<Recorder>();
expectTypeOf(seen).toExtend<History>();
void waitFor(() => true, { interval: learned(seen, { lateness: '2s' }), onLook: seen.record() });
createWaiter({ interval: learned([1, 2] as const, { looks: 5, expected: '10m' }) });
// @ts-expect-error says: Type 'string' is not assignable to type 'number'
learned(['5s']);
// @ts-expect-error says: Argument of type 'string' is not assignable to parameter of type 'number'
seen.add('5s');
