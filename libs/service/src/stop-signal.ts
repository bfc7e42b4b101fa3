/** How a process was asked to stop. */
export interface StopSignal extends Disposable {
  /** Aborted by the first SIGTERM or SIGINT: begin to leave. */
  stop: AbortSignal;
  /** Aborted by SIGINT, or by a second SIGTERM: nobody sends requests any more, so there is nothing to wait for. */
  hurry: AbortSignal;
}

/** Listens for the signals that ask a process to stop. ECS sends SIGTERM; SIGINT comes from a terminal. */
export function listenForStop(): StopSignal {
  const stop = new AbortController();
  const hurry = new AbortController();
  const onTerminate = () => {
    if (stop.signal.aborted) hurry.abort();
    stop.abort();
  };
  const onInterrupt = () => {
    hurry.abort();
    stop.abort();
  };
  process.on('SIGTERM', onTerminate);
  process.on('SIGINT', onInterrupt);
  return {
    stop: stop.signal,
    hurry: hurry.signal,
    [Symbol.dispose]() {
      process.off('SIGTERM', onTerminate);
      process.off('SIGINT', onInterrupt);
    },
  };
}
