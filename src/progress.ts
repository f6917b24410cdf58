import type { Settings } from './options.ts';
import { Alarm } from './pause.ts';
import type { WaitReport } from './report.ts';

interface Reporting {
  readonly settings: Pick<Settings, 'clock' | 'unref'>;
  report(): WaitReport;
  fail(error: unknown): void;
}

/** Tells regularly that the wait goes on; gives back how to stop, which is also told. */
export function startProgress({ every, report }: NonNullable<Settings['progress']>, wait: Reporting): () => void {
  let ended: AbortController | undefined;
  const alarm = new Alarm(wait.settings.clock, wait.settings.unref, () => {
    alarm.set(every);
    // Most waits end before their first report, and pay for no signal.
    ended ??= new AbortController();
    try {
      const said = wait.report();
      // By the name, which is the user's function.
      if (!ended.signal.aborted) report(said, ended.signal);
    } catch (error) {
      wait.fail(error);
    }
  });
  alarm.set(every);
  return () => {
    alarm.clear();
    ended?.abort();
  };
}
