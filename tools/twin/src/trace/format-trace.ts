import { styleText } from 'node:util';
import type { TraceNode } from './trace-tree.ts';

const BAR_WIDTH = 24;
const MAX_WORK_WIDTH = 48;

type Style = Parameters<typeof styleText>[0];

const OUTCOME_STYLES: Partial<Record<TraceNode['outcome'], Style>> = {
  error: 'yellow',
  fault: 'red',
  unfinished: 'dim',
};

interface Row {
  node: TraceNode;
  /** With the branches of the tree before it. */
  name: string;
  work: string;
  status: string;
  start: string;
  duration: string;
}

/** Writes a trace as a table: a line for each span, below the one that called it, with a bar for when it ran. */
export function formatTrace(roots: readonly TraceNode[], colour: boolean): string {
  const nodes = roots.flatMap(withDescendants);
  const startMs = Math.min(...nodes.map((node) => node.startMs));
  const totalMs = Math.max(...nodes.map((node) => node.endMs)) - startMs;
  const rows = roots.flatMap((node) => toRows(node, { startMs, own: '', below: '' }));
  const widthOf = (column: 'name' | 'work' | 'status' | 'start' | 'duration') =>
    Math.max(...rows.map((row) => row[column].length));
  const widths = { name: widthOf('name'), work: widthOf('work'), status: widthOf('status') };
  const numbers = { start: widthOf('start'), duration: widthOf('duration') };
  const lines = rows.map((row) => {
    const text = [
      row.name.padEnd(widths.name),
      row.work.padEnd(widths.work),
      row.status.padEnd(widths.status),
      row.start.padStart(numbers.start),
      row.duration.padStart(numbers.duration),
    ].join('  ');
    const style = OUTCOME_STYLES[row.node.outcome];
    return `${paint(style, text, colour)}  ${paint('dim', bar(row.node, startMs, totalMs), colour)}`.trimEnd();
  });
  return lines.join('\n');
}

const withDescendants = (node: TraceNode): TraceNode[] => [node, ...node.children.flatMap(withDescendants)];

interface Branch {
  /** Of the whole trace. */
  startMs: number;
  /** What stands before this node, and before those below it. */
  own: string;
  below: string;
}

function toRows(node: TraceNode, { startMs, own, below }: Branch): Row[] {
  const row: Row = {
    node,
    name: own + node.name,
    work: shorten(node.work),
    status: describeStatus(node),
    start: milliseconds(node.startMs - startMs),
    duration: node.outcome === 'unfinished' ? '…' : milliseconds(node.endMs - node.startMs),
  };
  const children = node.children.flatMap((child, index) => {
    const isLast = index === node.children.length - 1;
    return toRows(child, { startMs, own: below + (isLast ? '└ ' : '├ '), below: below + (isLast ? '  ' : '│ ') });
  });
  return [row, ...children];
}

const describeStatus = ({ status, outcome }: TraceNode): string =>
  status === undefined ? (outcome === 'ok' ? '' : outcome) : String(status);

const milliseconds = (duration: number): string => `${duration.toFixed(1)} ms`;

const shorten = (text: string): string =>
  text.length > MAX_WORK_WIDTH ? `${text.slice(0, MAX_WORK_WIDTH - 1)}…` : text;

/** Where in the whole trace a span ran; never so short that it cannot be seen. */
function bar({ startMs, endMs }: TraceNode, traceStartMs: number, totalMs: number): string {
  if (totalMs <= 0) return '━';
  const column = (time: number) => ((time - traceStartMs) / totalMs) * BAR_WIDTH;
  const start = Math.min(Math.floor(column(startMs)), BAR_WIDTH - 1);
  const length = Math.max(Math.round(column(endMs)) - start, 1);
  return ' '.repeat(start) + '━'.repeat(length);
}

const paint = (style: Style | undefined, text: string, colour: boolean): string =>
  colour && style ? styleText(style, text, { validateStream: false }) : text;
