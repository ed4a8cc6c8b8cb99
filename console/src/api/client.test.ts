import { afterEach, expect, test, vi } from 'vitest'

import { ApiProblem, connect, mayRetry, read } from './client'

connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
afterEach(() => vi.unstubAllGlobals())

const answered = (body: string, init: ResponseInit) =>
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, init)))

test.each([
  [500, 'The API failed (status 500)'],
  [502, 'ask whoever runs this lake'],
  [503, 'Try again in a minute'],
  [504, 'did not answer in time'],
])('an answer of status %i without a cause says what to do, and names the request', async (status, words) => {
  answered('{"message": "Internal Server Error"}', { status, headers: { 'apigw-requestid': 'r-7' } })
  await expect(read('/v1/runs')).rejects.toMatchObject({
    message: expect.stringContaining(words) as string,
    instance: 'r-7',
  })
})

test('the cause that the API gives stays', async () => {
  answered('{"detail": "A service behind the API failed.", "instance": "r-8"}', { status: 502 })
  await expect(read('/v1/runs')).rejects.toMatchObject({
    message: 'A service behind the API failed.',
    instance: 'r-8',
  })
})

test('a gateway that does not answer once is asked again; what the API refuses is not', () => {
  const problem = (status: number) => new ApiProblem(status, '', '', '', [])
  expect([mayRetry(0, problem(502)), mayRetry(1, problem(502))]).toEqual([true, false])
  expect([mayRetry(0, problem(403)), mayRetry(0, problem(500))]).toEqual([false, false])
  expect([mayRetry(1, new TypeError('network')), mayRetry(2, new TypeError('network'))]).toEqual([
    true,
    false,
  ])
})
