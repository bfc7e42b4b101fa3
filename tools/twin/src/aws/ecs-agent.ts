import type { TaskCredentials } from './task-credentials.ts';
import type { ContainerDescription, TaskDescription, TaskSource } from './task-description.ts';
import { containerMetadata, containerStats, taskMetadata, taskMetadataWithTags, taskStats } from './task-metadata.ts';

/** A status and a JSON body. */
export interface AgentAnswer {
  status: number;
  body: unknown;
}

type Document = (task: TaskDescription, container: ContainerDescription) => unknown;

const DOCUMENTS = new Map<string, { subject: string; write: Document }>([
  ['', { subject: 'container metadata', write: containerMetadata }],
  ['task', { subject: 'task metadata', write: (task) => taskMetadata(task) }],
  ['taskWithTags', { subject: 'task metadata', write: (task) => taskMetadataWithTags(task) }],
  ['stats', { subject: 'container stats', write: (task, container) => containerStats(task, container) }],
  ['task/stats', { subject: 'task stats', write: (task) => taskStats(task) }],
]);

/** Answers what the ECS agent serves to tasks; nothing where the path is not one of the agent's. */
export function answerAsAgent(path: string, tasks: TaskSource, credentials: TaskCredentials): AgentAnswer | undefined {
  const [, root, taskId = '', containerName = '', ...rest] = path.replace(/\/$/, '').split('/');
  if (root === 'credentials') return answerCredentials(taskId, credentials);
  const document = root === 'v4' ? DOCUMENTS.get(rest.join('/')) : undefined;
  if (!document) return undefined;
  const task = tasks.find(taskId);
  const container = task?.containers.find(({ name }) => name === containerName);
  if (task && container) return { status: 200, body: document.write(task, container) };
  return { status: 404, body: notFound(document.subject, `${taskId}/${containerName}`) };
}

function notFound(subject: string, id: string): string {
  const wanted = subject.startsWith('task') ? 'task arn' : 'container ID';
  return `V4 ${subject} handler: unable to get ${wanted} from request: no container ${id} runs`;
}

function answerCredentials(taskId: string, credentials: TaskCredentials): AgentAnswer {
  if (taskId === '') return refuseCredentials('NoIdInRequest', 'No Credential ID in the request');
  const document = credentials.find(taskId);
  return document ? { status: 200, body: document } : refuseCredentials('InvalidIdInRequest', 'Credentials not found');
}

function refuseCredentials(code: string, message: string): AgentAnswer {
  return { status: 400, body: { code, message: `CredentialsV2Request: ${message}`, HTTPErrorCode: 400 } };
}
