/** A bug put into the code on purpose: a piece of text of one file, and what stands there instead. */
export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

/** Each of them must turn a test red: a bug that leaves the suite green is a bug of the suite. */
export const BUGS: readonly Bug[] = [
  {
    name: 'nobody is told that a wait with progress has ended',
    file: 'progress.ts',
    text: 'ended?.abort();',
    instead: '',
  },
  {
    name: 'two waits draw over each other',
    file: 'live-lines.ts',
    text: 'drawn.set(screen, lines);',
    instead: '',
  },
  {
    name: 'a live line kills a process whose signal is handled',
    file: 'live-lines.ts',
    text: 'if (process.listenerCount(signal) === 0) ',
    instead: '',
  },
  {
    name: 'no look at the deadline',
    file: 'wait.ts',
    text: 'this.#lookNow(this.#cause);',
    instead: "this.#cause === 'deadline' ? this.#timeOut([]) : this.#lookNow(this.#cause);",
  },
  {
    name: 'the pause is not cut to the deadline',
    file: 'wait.ts',
    text: 'this.#setAlarm(Math.min(pause, left));',
    instead: 'this.#setAlarm(pause);',
  },
  {
    name: 'the look at the deadline gets no grace',
    file: 'wait.ts',
    text: 'const grace = Math.max(GRACE, slowest);',
    instead: 'const grace = 0;',
  },
  {
    name: 'a look under way at the deadline is cut however quick it may be',
    file: 'wait.ts',
    text: 'Math.max(timeout, startedAt + slowest)',
    instead: 'timeout',
  },
  {
    name: 'a blocked event loop gets no grace',
    file: 'wait.ts',
    text: 'late > GRACE && !this.#isGraced',
    instead: 'late > Infinity && !this.#isGraced',
  },
  {
    name: 'a hanging look is never cut',
    file: 'wait.ts',
    text: 'this.#setAlarm(this.#limitOf(look) - this.elapsed());',
    instead: '',
  },
  {
    name: 'the signal of a cut look does not abort',
    file: 'wait.ts',
    text: 'look?.cut(',
    instead: 'void (',
  },
  {
    name: 'the abort listener is left on the signal',
    file: 'wait.ts',
    text: 'for (const close of this.#closers) close();',
    instead: '',
  },
  {
    name: 'the subscriptions are left',
    file: 'wait.ts',
    text: 'this.#subscriptions?.close();',
    instead: '',
  },
  {
    name: 'the timer is left running',
    file: 'wait.ts',
    text: 'this.#alarm.clear();',
    instead: '',
  },
  {
    name: 'a late answer still counts',
    file: 'wait.ts',
    text: 'if (look !== this.#look) return;\n    this.#look = undefined;',
    instead: 'this.#look = undefined;',
  },
  {
    name: 'looks overlap: a wake looks while a look is under way',
    file: 'wait.ts',
    text: "if (this.#state === 'looking') this.#wasWoken = true;",
    instead: "if (this.#state === 'looking' && this.#look) this.#lookNow('event');",
  },
  {
    name: 'a wake during a look is lost',
    file: 'wait.ts',
    text: 'if (this.#wasWoken) this.#wake();',
    instead: '',
  },
  {
    name: 'a wake shortens a firm pause',
    file: 'wait.ts',
    text: 'Math.max(this.#wakeLimit.delay(now), this.#firmUntil - now)',
    instead: 'this.#wakeLimit.delay(now)',
  },
  {
    name: 'each wake causes a look of its own, at once',
    file: 'wait.ts',
    text: 'this.#setAlarm(delay);',
    instead: "this.#lookNow('event');",
  },
  {
    name: 'a storm of events is not limited',
    file: 'wait.ts',
    text: 'this.#wakeLimit.count(now);',
    instead: '',
  },
  {
    name: 'a woken look makes the backoff grow',
    file: 'wait.ts',
    text: "if (wokenBy !== 'event') {",
    instead: '{',
  },
  {
    name: 'the first look waits for slow sources',
    file: 'wait.ts',
    text: "else this.#lookNow('start');\n  }",
    instead: "else void this.#sourcesLive().then(() => this.#lookNow('start'));\n  }",
  },
  {
    name: 'the trigger does not wait for the sources',
    file: 'wait.ts',
    text: 'await this.#sourcesLive();',
    instead: '',
  },
  {
    name: 'a relapse does not start the hold anew',
    file: 'wait.ts',
    text: 'this.#holdEnd = NOT_HELD;\n    if (now >= timeout)',
    instead: 'if (now >= timeout)',
  },
  {
    name: 'the hold ends without a look at its end',
    file: 'wait.ts',
    text: 'this.#holdEnd !== NOT_HELD && now >= this.#holdEnd',
    instead: 'this.#holdEnd !== NOT_HELD',
  },
  {
    name: 'one attempt too many',
    file: 'wait.ts',
    text: 'this.#journal.looks >= maxAttempts',
    instead: 'this.#journal.looks > maxAttempts',
  },
  {
    name: 'an aborted wait rejects with an error of ours',
    file: 'wait.ts',
    text: '{ error: reason }) : reason });',
    instead: '{ error: reason }) : new Error(String(reason)) });',
  },
  {
    name: 'an error of the user is wrapped',
    file: 'wait.ts',
    text: 'if (!isGiveUp(error)) this.#end({ error });',
    instead: 'if (!isGiveUp(error)) this.#end({ error: new Error(String(error)) });',
  },
  {
    name: 'a signal aborted before the call is not noticed',
    file: 'wait.ts',
    text: 'if (this.#isAborted()) return;',
    instead: '',
  },
  {
    name: 'fractions of a millisecond ring too early',
    file: 'wait.ts',
    text: 'const pause = Math.ceil(milliseconds);',
    instead: 'const pause = Math.floor(milliseconds);',
  },
  {
    name: 'timers beyond 2^31-1 ms are not slept in pieces',
    file: 'pause.ts',
    text: 'const LONGEST_TIMER = 2 ** 31 - 1;',
    instead: 'const LONGEST_TIMER = Infinity;',
  },
  {
    name: 'only the first piece of a long pause is slept',
    file: 'pause.ts',
    text: 'if (this.#left > 0) this.set(this.#left);\n    else this.#ring();',
    instead: 'this.#ring();',
  },
  {
    name: 'a pause of 0 is a microtask',
    file: 'pause.ts',
    text: 'this.#hold(setImmediate.call(this.#clock, this.#onTimer));',
    instead: 'queueMicrotask(this.#onTimer);',
  },
  {
    name: 'unref is ignored',
    file: 'pause.ts',
    text: 'if (this.#unref)',
    instead: 'if (this.#unref && this.#left < 0)',
  },
  {
    name: 'a timer is cleared with whatever function is there now',
    file: 'pause.ts',
    text: 'this.#cancel?.call(this.#clock, this.#timer as never);',
    instead: 'if (this.#cancel) this.#clock.clearTimeout(this.#timer as never);',
  },
  {
    name: 'the timeline is not run-length encoded',
    file: 'timeline.ts',
    text: 'if (last && isSame(last, next)) {',
    instead: 'if (last && isSame(last, next) && last.looks < 0) {',
  },
  {
    name: 'two answers in turn fill the timeline',
    file: 'timeline.ts',
    text: 'const TURNS = 6;',
    instead: 'const TURNS = Infinity;',
  },
  {
    name: 'the timeline shows what a value has become, in place of what it was',
    file: 'timeline.ts',
    text: '{ at, looks: 1, answer, text: textOf(answer) }',
    instead: '{ at, looks: 1, answer, get text() { return textOf(answer); } }',
  },
  {
    name: 'the message keeps only the first line of an assertion',
    file: 'render.ts',
    text: 'if (!PREAMBLE.test(head)) return head;',
    instead: 'if (head !== undefined) return head;',
  },
  {
    name: 'the timeline grows without bound',
    file: 'timeline.ts',
    text: 'this.spans.splice(FIRST, 1);',
    instead: '',
  },
  {
    name: 'the message forgets the wake sources',
    file: 'report.ts',
    text: ', ...report.sources.flatMap(sourceLine)]',
    instead: ']',
  },
  {
    name: 'the message forgets when things were seen',
    file: 'report.ts',
    text: 'formatDuration(at), spanText(span)',
    instead: 'formatDuration(0), spanText(span)',
  },
  {
    name: 'the report is not safe as JSON',
    file: 'report.ts',
    text: 'lastValue: render(lastValue, 1_000),',
    instead: 'lastValue,',
  },
  {
    name: 'jitter lengthens the pause above the cap',
    file: 'jitter.ts',
    text: 'pause * (1 - random())',
    instead: 'pause * (1 + random())',
  },
  {
    name: 'the time scale is ignored',
    file: 'options.ts',
    text: "toMilliseconds('timeout', timeout) * scale;",
    instead: "toMilliseconds('timeout', timeout);",
  },
  {
    name: 'elapsed time follows a clock that jumps back',
    file: 'clock.ts',
    text: ' || now < this.#last',
    instead: '',
  },
  {
    name: 'time runs ahead of a clock that counts in steps',
    file: 'clock.ts',
    text: 'this.#elapsed = Math.max(this.elapsed(), instant);',
    instead: 'this.#start -= Math.max(0, instant - this.elapsed());',
  },
  {
    name: 'a cut look may reject unhandled',
    file: 'limit.ts',
    text: 'const promise = Promise.resolve(answer);',
    instead: 'const promise = Promise.resolve(answer).then((value) => value);\n  void promise.finally(() => {});',
  },
  {
    name: 'retry gives back p-retry’s error in place of what was thrown',
    file: 'retry.ts',
    text: 'throw error instanceof Failure ? error.thrown : error;',
    instead: 'throw error;',
  },
];
