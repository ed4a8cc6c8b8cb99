import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { runFirstRows } from './results'

afterEach(() => vi.unstubAllGlobals())

test('a statement that is replaced before the API named its query is stopped all the same', async () => {
  const asked: string[] = []
  let start: (answer: Response) => void = () => undefined
  connect({ apiUrl: '', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string, { method, signal }: RequestInit) => {
    asked.push(`${method} ${url}`)
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
      start = resolve
    })
  })
  const replaced = new AbortController()
  const run = runFirstRows({ sql: 'SELECT * FROM order_items' }, replaced.signal, () => undefined)
  await vi.waitFor(() => expect(asked).toEqual(['POST /v1/queries']))
  replaced.abort()
  start(new Response('{"query_id":"q","state":"running","first_rows":999}'))
  await expect(run).rejects.toThrow('abort')
  await vi.waitFor(() => expect(asked).toEqual(['POST /v1/queries', 'DELETE /v1/queries/q']))
})
