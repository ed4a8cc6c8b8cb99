// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { DismissFile } from './dismiss-file'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const ERROR = { rule: 'needs_mapping', message: '', remedy: '', column: '' } as Schemas['FileError']

function show(dismissed: Schemas['FileDetail']['dismissed']) {
  const sent: unknown[] = []
  vi.stubGlobal('fetch', (_: string, request?: RequestInit) => {
    if (request?.method === 'PUT') sent.push(JSON.parse(String(request.body)))
    return Promise.resolve(Response.json({ name: 'ana', groups: ['viewer', 'uploader'] }))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <DismissFile file={{ file_id: 'f1', error: ERROR, dismissed }} />
      </QueryClientProvider>
    </MantineProvider>,
  )
  return sent
}

test('a wrong file is dismissed with a reason alone', async () => {
  const sent = show(null)
  await userEvent.click(await screen.findByRole('button', { name: 'Dismiss this file …' }))
  const dismiss = screen.getByRole<HTMLButtonElement>('button', { name: 'Dismiss this file' })
  expect(dismiss.disabled).toBe(true)
  await userEvent.type(screen.getByRole('textbox'), 'sent by mistake')
  await userEvent.click(dismiss)
  await waitFor(() =>
    expect(sent).toEqual([{ rule: 'needs_mapping', column: '', note: 'sent by mistake', is_ignored: true }]),
  )
})

test('a dismissed file names the person and the reason, and is taken back', async () => {
  const sent = show({ rows: 0, note: 'a test', by: 'ana', at: '2026-11-29T10:00:00' })
  screen.getByText(/by ana: a test\. The file stays/)
  await userEvent.click(await screen.findByRole('button', { name: 'Take it back' }))
  await waitFor(() => expect(sent).toHaveLength(1))
})
