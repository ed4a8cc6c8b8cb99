import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { commit, dryRun, RefusedFileError, send, sha256 } from './transfer'

vi.mock('idb-keyval', () => ({ createStore: () => undefined, del: vi.fn(), entries: vi.fn(), set: vi.fn() }))

/** What was asked, and the answers that are still to come by request: the last one stays. */
let asked: string[]
let bodies: string[]

function answering(answers: Record<string, [number, unknown][]>): void {
  vi.stubGlobal('fetch', (url: string, { method, body: sent }: { method: string; body?: string }) => {
    const request = `${method} ${url}`
    asked.push(request)
    bodies.push(sent ?? '')
    const left = answers[request] ?? []
    const [status, body] = (left.length > 1 ? left.shift() : left[0]) ?? [404, { detail: 'There is none.' }]
    return Promise.resolve(new Response(JSON.stringify(body), { status }))
  })
}

beforeEach(() => {
  asked = []
  bodies = []
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
})

afterEach(() => vi.unstubAllGlobals())

const upload = (state: string) => ({ upload_id: 'u', state, file_id: state === 'committed' ? 'f' : '' })
const kept = { id: 'k', file: new File(['id\n1\n'], 'a.csv'), dataset: '', by: 'ana', addedAt: 0 }

test('a commit whose answer was lost is the one that ended', async () => {
  answering({
    'POST /v1/uploads/u/commit': [[503, { detail: 'The function was killed.' }]],
    'GET /v1/uploads/u': [
      [200, upload('committing')],
      [200, upload('committed')],
    ],
  })
  expect((await commit('u', 'e')).file_id).toBe('f')
})

test('a file that one call cannot copy is committed by several', async () => {
  answering({
    'POST /v1/uploads/u/commit': [
      [202, upload('committing')],
      [202, upload('committing')],
      [202, upload('committed')],
    ],
  })
  expect((await commit('u', 'e')).file_id).toBe('f')
  expect(asked).toHaveLength(3)
})

test('an upload begins with the sheet that is next', async () => {
  answering({ 'POST /v1/uploads': [[201, upload('complete')]] })
  await send({ ...kept, part: 'Positionen' }, new AbortController().signal, () => undefined)
  await send(kept, new AbortController().signal, () => undefined)
  expect(bodies.map((body) => (JSON.parse(body) as { part: string }).part)).toEqual(['Positionen', ''])
})

test('a commit that died is an error after its end, and can be repeated', async () => {
  answering({
    'POST /v1/uploads/u/commit': [[503, { detail: 'The function was killed.' }]],
    'GET /v1/uploads/u': [
      [200, upload('committing')],
      [200, upload('complete')],
    ],
  })
  await expect(commit('u', 'e')).rejects.toThrow('The function was killed.')
})

test.each(['committed', 'complete'])(
  'an upload that is committing is followed to its end: %s',
  async (end) => {
    answering({
      'POST /v1/uploads': [
        [201, upload('committing')],
        [201, upload('complete')],
      ],
      'GET /v1/uploads/u': [
        [200, upload('committing')],
        [200, upload(end)],
      ],
    })
    const steps: string[] = []
    const ended = await send(kept, new AbortController().signal, ({ step }) => steps.push(step))
    expect(ended.state).toBe(end)
    expect(steps.at(-1)).toBe('committing')
    expect(asked.filter((request) => request === 'POST /v1/uploads')).toHaveLength(
      end === 'committed' ? 1 : 2,
    )
  },
)

test('a check that died is an error that can be retried, and not a file that would be rejected', async () => {
  const died = {
    state: 'failed',
    error: { rule: 'check_died', message: 'The check ended without a result.' },
  }
  answering({
    'POST /v1/uploads/u/dry-run': [[202, { state: 'checking' }]],
    'GET /v1/uploads/u/dry-run': [[200, died]],
  })
  await expect(dryRun('u', new AbortController().signal)).rejects.toThrow('The check ended without a result.')
})

test('an empty file is refused with its cause, and no second try can help', async () => {
  answering({
    'POST /v1/uploads': [
      [
        422,
        { detail: 'body', errors: [{ where: 'body.size_bytes', rule: 'greater_than_equal', message: '' }] },
      ],
    ],
  })
  const sending = send(
    { id: 'k', file: new File([], 'a.csv'), dataset: '', by: 'ana', addedAt: 0 },
    new AbortController().signal,
    () => undefined,
  )
  await expect(sending).rejects.toBeInstanceOf(RefusedFileError)
  await expect(sending).rejects.toThrow('The file is empty (0 bytes)')
})

test('a file is read once for its hash, and a second try takes the first answer', async () => {
  const file = new File(['a,b'], 'a.csv')
  const read = vi.spyOn(file, 'slice')
  const first = await sha256(file, new AbortController().signal, () => undefined)
  expect(await sha256(file, new AbortController().signal, () => undefined)).toBe(first)
  expect(read).toHaveBeenCalledTimes(1)
  await sha256(new File(['a,b'], 'a.csv'), new AbortController().signal, (share) => expect(share).toBe(1))
})
