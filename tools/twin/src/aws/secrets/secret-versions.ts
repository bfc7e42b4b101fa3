import { AwsError } from '../protocol/aws-error.ts';
import type { Secret, SecretValue, SecretVersion } from './secret.ts';

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const MAX_VERSIONS = 100;
const MAX_STAGES = 20;
const DAY_MS = 86_400_000;

interface NewVersion {
  id: string;
  value: SecretValue;
  /** The labels to attach; AWSCURRENT where absent. */
  stages?: string[] | undefined;
  now: number;
}

interface StageMove {
  stage: string;
  removeFrom: string | undefined;
  moveTo: string | undefined;
}

/**
 * Adds a version and attaches its labels; the same id with the same value changes nothing.
 * @throws {AwsError} where a version of that id holds another value.
 */
export function addVersion(secret: Secret, { id, value, stages = [CURRENT], now }: NewVersion): SecretVersion {
  const existing = secret.versions.find((version) => version.id === id);
  if (existing) return keepVersion(existing, value);
  // The first version becomes current whatever labels it is given.
  const labels = new Set(secret.versions.length === 0 ? [...stages, CURRENT] : stages);
  if (labels.size > MAX_STAGES) throw tooManyStages();
  const version: SecretVersion = { id, value, stages: [], createdAt: now };
  secret.versions.push(version);
  for (const label of labels) attachStage(secret, label, version);
  secret.versions = secret.versions.filter(
    ({ stages: { length }, createdAt }, index, { length: count }) =>
      length > 0 || count - index <= MAX_VERSIONS || now - createdAt < DAY_MS,
  );
  return version;
}

/** The version that an id, a label or, without either, AWSCURRENT names. */
export function getVersion(
  secret: Secret,
  wanted: { id?: string | undefined; stage?: string | undefined },
): SecretVersion {
  if (wanted.id === undefined) return getByStage(secret, wanted.stage ?? CURRENT);
  const version = getById(secret, wanted.id);
  if (wanted.stage === undefined || version.stages.includes(wanted.stage)) return version;
  throw new AwsError(
    'InvalidRequestException',
    'You provided a VersionStage that is not associated to the provided VersionId.',
  );
}

/** Moves a label between versions, or takes it off one, as UpdateSecretVersionStage does. */
export function moveStage(secret: Secret, move: StageMove): void {
  const { stage, moveTo, removeFrom } = move;
  const target = moveTo === undefined ? undefined : getById(secret, moveTo);
  const holder = secret.versions.find(({ stages }) => stages.includes(stage));
  if (holder !== target) refuseWrongHolder(holder, move);
  if (target) {
    if (!target.stages.includes(stage) && target.stages.length >= MAX_STAGES) throw tooManyStages();
    attachStage(secret, stage, target);
    return;
  }
  if (removeFrom === undefined) throw invalid('You must specify RemoveFromVersionId, MoveToVersionId, or both.');
  if (stage === CURRENT) {
    throw invalid(
      `You can only move staging label ${CURRENT} to a different secret version. It can't be completely removed.`,
    );
  }
  if (holder) detachStage(holder, stage);
}

function attachStage(secret: Secret, stage: string, target: SecretVersion): void {
  const holder = secret.versions.find(({ stages }) => stages.includes(stage));
  if (holder === target) return;
  if (holder) detachStage(holder, stage);
  target.stages.push(stage);
  if (stage === CURRENT && holder) attachStage(secret, PREVIOUS, holder);
}

function detachStage(version: SecretVersion, stage: string): void {
  version.stages = version.stages.filter((label) => label !== stage);
}

function refuseWrongHolder(holder: SecretVersion | undefined, { stage, removeFrom }: StageMove): void {
  if (holder && removeFrom === undefined) {
    throw invalid(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ` +
        `${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (removeFrom !== undefined && removeFrom !== holder?.id) {
    throw invalid(
      `When you move staging label ${stage}, if you specify RemoveFromVersionId, it must be set to the version that ` +
        `currently has the staging label ${stage}.`,
    );
  }
}

function keepVersion(existing: SecretVersion, value: SecretValue): SecretVersion {
  if (existing.value.kind === value.kind && existing.value.data === value.data) return existing;
  throw new AwsError(
    'ResourceExistsException',
    `You can't modify the existing version ${existing.id}, you can only create a new version.`,
  );
}

function getById(secret: Secret, id: string): SecretVersion {
  const version = secret.versions.find((candidate) => candidate.id === id);
  if (version) return version;
  throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`);
}

function getByStage(secret: Secret, stage: string): SecretVersion {
  const version = secret.versions.find(({ stages }) => stages.includes(stage));
  if (version) return version;
  throw notFound(`Secrets Manager can't find the specified secret value for staging label: ${stage}`);
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

function tooManyStages(): AwsError {
  return new AwsError('LimitExceededException', `A version can have at most ${MAX_STAGES} staging labels.`);
}
