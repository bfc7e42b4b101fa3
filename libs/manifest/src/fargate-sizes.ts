/**
 * The CPU units and memory (MiB) that Fargate sells together on Linux.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
export const FARGATE_SIZES = {
  256: [512, 1024, 2048],
  512: [1024, 2048, 3072, 4096],
  1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
  2048: [4096, 5120, 6144, 7168, 8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360, 16384],
  4096: [
    8192, 9216, 10240, 11264, 12288, 13312, 14336, 15360, 16384, 17408, 18432, 19456, 20480, 21504, 22528, 23552, 24576,
    25600, 26624, 27648, 28672, 29696, 30720,
  ],
  8192: [16384, 20480, 24576, 28672, 32768, 36864, 40960, 45056, 49152, 53248, 57344, 61440],
  16384: [32768, 40960, 49152, 57344, 65536, 73728, 81920, 90112, 98304, 106496, 114688, 122880],
} as const;

type Sizes = typeof FARGATE_SIZES;

/** A pair of CPU units (1024 = one vCPU) and memory that Fargate sells; any other pair does not compile. */
export type FargateSize = { [Cpu in keyof Sizes]: { cpu: Cpu; memoryMiB: Sizes[Cpu][number] } }[keyof Sizes];

/** Says what is wrong with a pair of CPU units and memory, or nothing where Fargate sells it. */
export function findSizeFault(size: { cpu: number; memoryMiB: number }): string | undefined {
  const memories = new Map<string, readonly number[]>(Object.entries(FARGATE_SIZES)).get(String(size.cpu));
  if (!memories) return `Fargate sells no ${size.cpu} CPU units; allowed: ${Object.keys(FARGATE_SIZES).join(', ')}`;
  if (memories.includes(size.memoryMiB)) return undefined;
  return `Fargate sells no ${size.memoryMiB} MiB with ${size.cpu} CPU units; allowed: ${memories.join(', ')}`;
}
