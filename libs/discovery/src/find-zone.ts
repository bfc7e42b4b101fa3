const TIMEOUT_MS = 1000;

/**
 * The availability zone of this task, from the metadata that ECS offers it; undefined outside of ECS, and where it does not
 * answer: a task without a zone calls all zones alike.
 * @param taskMetadataUri `ECS_CONTAINER_METADATA_URI_V4`
 */
export async function findZone(
  taskMetadataUri: string,
  onError: (error: unknown) => void = () => undefined,
): Promise<string | undefined> {
  if (taskMetadataUri === '') return undefined;
  try {
    const response = await fetch(`${taskMetadataUri}/task`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`the task metadata endpoint answered ${response.status}`);
    const { AvailabilityZone: zone } = (await response.json()) as { AvailabilityZone?: unknown };
    return typeof zone === 'string' && zone !== '' ? zone : undefined;
  } catch (error) {
    onError(error);
    return undefined;
  }
}
