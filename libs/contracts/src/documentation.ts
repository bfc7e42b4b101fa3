import { Router } from 'express';
import { AUDIENCES, type Audience, type Contract } from './contract.ts';
import { refuseMethod } from './refuse-method.ts';
import { toOpenApi, type OpenApiDocument, type OpenApiOperation } from './open-api.ts';

/** Serves the OpenAPI document at `/openapi.json`, and at `/docs` a page made of it that loads nothing from elsewhere. */
export function createDocumentationRouter(contract: Contract): Router {
  const document = toOpenApi(contract);
  const json = JSON.stringify(document);
  const page = renderPage(document);
  const router = Router();
  router.get('/openapi.json', (_request, response) => void response.type('json').send(json));
  router.get('/docs', (_request, response) => void response.type('html').send(page));
  router.all(['/openapi.json', '/docs'], refuseMethod('GET, HEAD'));
  return router;
}

function renderPage({ info, paths, components }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => renderOperation(method, path, operation)),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(info.title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  details { border-top: 1px solid #8886; padding: .75rem 0 }
  summary { cursor: pointer }
  code, pre { font: 14px/1.4 ui-monospace, monospace }
  pre { overflow: auto; padding: .75rem; background: #8882 }
  .method { display: inline-block; min-width: 4.5rem; font-weight: 600 }
</style>
<h1>${escape(info.title)} <small>${escape(info.version)}</small></h1>
<p>${escape(info.description)} The same as data: <a href="/openapi.json">openapi.json</a>.</p>
${operations.join('\n')}
<h2>Errors</h2>
<pre>${escape(JSON.stringify(components.schemas.Problem, null, 2))}</pre>
</html>
`;
}

function renderOperation(method: string, path: string, operation: OpenApiOperation): string {
  const { summary, responses, 'x-audience': audience, ...request } = operation;
  const statuses = Object.entries(responses).map(([status, { description }]) => {
    return `<li><code>${status}</code> ${escape(description)}</li>`;
  });
  return `<details>
<summary><code><span class="method">${escape(method.toUpperCase())}</span>${escape(path)}</code> ${escape(summary)}</summary>
<p>For ${escape(AUDIENCES[audience as Audience])}.</p>
<pre>${escape(JSON.stringify(request, null, 2))}</pre>
<ul>${statuses.join('')}</ul>
</details>`;
}

const escape = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
