import { withoutRoutes } from './commands'
import { isSilence, noteAnswer, noteSilence } from './reach'
import type { components } from './schema'

export type Schemas = components['schemas']

/** An error that the API answered with: a problem document of RFC 9457. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly instance: string,
    /** The parts of the request that are not valid, such as `body.name`, each with the rule that it breaks. */
    readonly parts: Schemas['FieldError'][] = [],
  ) {
    super(detail || title)
  }
}

export interface Connection {
  apiUrl: string
  token: () => Promise<string>
  /** Ends the session here. With `everywhere` it also ends at the sign-in page, so that the next person is asked who they are. */
  signOut: (everywhere?: boolean) => void
  /** How the person signed in calls themselves; the API knows an id only. */
  name?: string
  /** The id of the lake where the address of the console is of several lakes, as that of `headgate serve`. */
  lake?: string | undefined
}

let connection: Connection | undefined

/** Who signed in, as their e-mail address; nothing with a token of `headgate serve`. */
export const signedInAs = (): string | undefined => connection?.name

/** A person of the lake, as the key of what the browser keeps: the same name may be of two lakes. */
export const personOfLake = (name: string): string => (connection?.lake ? `${connection.lake}/${name}` : name)

export function signOut(): void {
  connection?.signOut(true)
}

export function connect(to: Connection): void {
  connection = to
}

interface Answer<T> {
  body: T
  etag: string
}

// Bodies by address: a 304 answers with the one that was read before.
const known = new Map<string, Answer<unknown>>()
const MOST_KNOWN = 200

interface Asked {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  query?: Record<string, string | number | string[] | undefined>
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** Call the API and return the body with its ETag. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<Answer<T>> {
  if (!connection) throw new Error('The console is not connected to an API.')
  const { method = 'GET', body, signal } = asked
  const url = connection.apiUrl + path + queryText(asked.query)
  const before = method === 'GET' ? known.get(url) : undefined
  const headers: Record<string, string> = {
    authorization: `Bearer ${await connection.token()}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(before ? { 'if-none-match': before.etag } : {}),
    ...asked.headers,
  }
  const response = await fetch(url, {
    method,
    headers,
    signal,
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error: unknown) => {
    if (isSilence(error)) noteSilence()
    throw error
  })
  noteAnswer()
  if (response.status === 304 && before) return before as Answer<T>
  if (response.status === 401) connection.signOut()
  if (!response.ok) throw await problem(response)
  const answer = { body: (await response.json()) as T, etag: response.headers.get('etag') ?? '' }
  if (method === 'GET' && answer.etag) remember(url, answer)
  return answer
}

/** Whether the API answers at all. A browser hides an answer that refuses a token from the page, but not that there was one. */
export const isAnswering = (): Promise<boolean> =>
  fetch(`${connection?.apiUrl ?? ''}/v1/me`, { mode: 'no-cors', cache: 'no-store' }).then(
    () => true,
    () => false,
  )

/** Call the API and return the body only. */
export async function read<T>(path: string, asked: Asked = {}): Promise<T> {
  return (await ask<T>(path, asked)).body
}

function remember(url: string, answer: Answer<unknown>): void {
  known.delete(url)
  known.set(url, answer)
  const oldest = known.keys().next().value
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
}

function queryText(query: Asked['query']): string {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') text.append(name, String(one))
    }
  }
  return text.size ? `?${text}` : ''
}

/** The header in which API Gateway names a request, also where the function behind it did not answer. */
const REQUEST_ID = 'apigw-requestid'

async function problem(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Partial<Schemas['Problem']> & { message?: string }
  const isUnexplained = response.status >= 500 && !body.detail
  return new ApiProblem(
    response.status,
    body.title ?? response.statusText,
    isUnexplained ? unexplained(response.status) : withoutRoutes(body.detail ?? body.message ?? ''),
    body.instance ?? response.headers.get(REQUEST_ID) ?? '',
    body.errors ?? [],
  )
}

/** What to do where the API failed without saying why: too busy or too slow, or broken. */
const unexplained = (status: number): string =>
  status === 503 || status === 504
    ? 'The API is busy or did not answer in time. Try again in a minute.'
    : `The API failed (status ${status}). Try again; if it fails again, ask whoever runs this lake: its log has the cause.`

/** What stands before the API answers so while it starts or is busy. */
const PASSES = new Set([502, 503, 504])

/** Whether a question deserves another try: the network twice, a gateway without an answer once. What the API refuses stays refused. */
export const mayRetry = (tries: number, error: unknown): boolean =>
  error instanceof ApiProblem ? PASSES.has(error.status) && tries < 1 : tries < 2
