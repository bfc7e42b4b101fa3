import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { LOOPBACK } from '../ports.ts';
import type { TraceStore } from './trace-store.ts';

/** What the daemon expects before the document, on a line of its own. */
const HEADER = { format: 'json', version: 1 };

export interface TraceReceiver extends AsyncDisposable {
  /** What `AWS_XRAY_DAEMON_ADDRESS` is set to. */
  address: string;
}

export interface TraceReceiverOptions {
  store: TraceStore;
  /** Whether packets are to be lost at this moment. */
  isAway: () => boolean;
  /** Told of a packet that the daemon would not take; whoever sent it learns nothing. */
  onRefused: (reason: string) => void;
}

/**
 * Receives segments over UDP as the X-Ray daemon does, on a free port: to the daemon's own, 2000, whatever runs on this
 * machine with default settings would send.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
 */
export async function startTraceReceiver({ store, isAway, onRefused }: TraceReceiverOptions): Promise<TraceReceiver> {
  const socket = createSocket('udp4');
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  socket.on('message', (packet) => {
    if (isAway()) return;
    try {
      store.record(readPacket(packet.toString()));
    } catch (error) {
      onRefused(error instanceof Error ? error.message : String(error));
    }
  });
  return {
    address: `${LOOPBACK}:${socket.address().port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/** The document of a packet. @throws where the header is another */
function readPacket(packet: string): string {
  const end = packet.indexOf('\n');
  const { format, version } = Object(JSON.parse(packet.slice(0, end))) as Partial<typeof HEADER>;
  if (format === HEADER.format && version === HEADER.version) return packet.slice(end + 1);
  throw new Error(`the header of a packet must be ${JSON.stringify(HEADER)}, not ${packet.slice(0, end)}`);
}
