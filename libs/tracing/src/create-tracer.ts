import { PassingTracer } from './passing-tracer.ts';
import type { Recorder } from './recorder.ts';
import { RecordingTracer } from './recording-tracer.ts';
import type { TracingConfig } from './settings.ts';
import type { Tracer } from './tracer.ts';

export interface TracerOptions {
  /** The name that the spans of this process carry. */
  service: string;
  /** Told when spans are lost; what is traced never notices. */
  onError: (error: unknown) => void;
}

/** Makes the tracer that the settings choose, and loads no other. @throws where the address to send to is malformed */
export async function createTracer(config: TracingConfig, options: TracerOptions): Promise<Tracer> {
  const recorder = await createRecorder(config, options);
  if (!recorder) return new PassingTracer();
  return new RecordingTracer({
    recorder,
    samplePercent: config.traceSamplePercent,
    forcedPerSecond: config.traceForcedPerSecond,
    now: () => performance.now(),
    onError: options.onError,
  });
}

async function createRecorder(config: TracingConfig, options: TracerOptions): Promise<Recorder | undefined> {
  switch (config.tracing) {
    case 'xray': {
      const { XRayRecorder } = await import('./x-ray-recorder.ts');
      return new XRayRecorder({ ...options, daemonAddress: config.traceDaemonAddress });
    }
    case 'otel': {
      const { OpenTelemetryRecorder } = await import('./open-telemetry-recorder.ts');
      return new OpenTelemetryRecorder({ ...options, url: config.traceEndpoint });
    }
    case 'off':
      return undefined;
  }
}
