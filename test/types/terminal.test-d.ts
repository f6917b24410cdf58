import { expectTypeOf } from 'expect-type';
import { createWaiter, type Progress, waitFor } from 'unsleep';
import { terminalProgress } from 'unsleep/terminal';

expectTypeOf(terminalProgress({ every: '1s' })).toExtend<Progress>();
void waitFor(() => true, { progress: terminalProgress() });
createWaiter({ progress: terminalProgress() });
// @ts-expect-error says: Type '"often"' is not assignable to type
terminalProgress({ every: 'often' });
